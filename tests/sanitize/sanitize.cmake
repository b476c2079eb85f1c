# The options of a sanitized build for every target. The tests and, with TALLY_FUZZ, the fuzzers use the same objects.
add_compile_options(-fsanitize=${TALLY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
  -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/undefined_ignored.txt)
# clang 14 cannot compile coroutines with -fsanitize=function.
add_compile_options(-fno-sanitize=function)
add_link_options(-fsanitize=${TALLY_SANITIZE})
if(TALLY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
set(tally_sanitized_sources)   # additional sources of every program
if(TALLY_SANITIZE STREQUAL thread)
  set(tally_sanitized_sources ${CMAKE_CURRENT_LIST_DIR}/c11_threads.cc)
endif()
add_compile_definitions(TALLY_SANITIZED   # tests/testing/scale.h
  _GLIBCXX_ASSERTIONS                     # checks the indexes of string_view and vector
  NDEBUG_SANITIZER)                       # newer Abseil's tables then have the layout of the prebuilt library

set(tally_sanitized_properties   # properties of every test
  ENVIRONMENT "TSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/thread_suppressed.txt")
