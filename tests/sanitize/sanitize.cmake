# What a sanitized build adds to every target. One set of objects serves the tests and, with TALLY_FUZZ, the fuzzers.
add_compile_options(-fsanitize=${TALLY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
  -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/undefined_ignored.txt)
# clang 14 cannot compile a coroutine with the check of the types of called functions.
add_compile_options(-fno-sanitize=function)
add_link_options(-fsanitize=${TALLY_SANITIZE})
if(TALLY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
set(tally_sanitized_sources)   # of every program
if(TALLY_SANITIZE STREQUAL thread)
  set(tally_sanitized_sources ${CMAKE_CURRENT_LIST_DIR}/c11_threads.cc)
endif()
add_compile_definitions(TALLY_SANITIZED   # tests/testing/scale.h
  _GLIBCXX_ASSERTIONS                     # a string_view or a vector is read past its end
  NDEBUG_SANITIZER)                       # else newer Abseil's tables differ from those in the prebuilt library

set(tally_sanitized_properties   # of every test
  ENVIRONMENT "TSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/thread_suppressed.txt")
