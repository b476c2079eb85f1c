# What a sanitized build adds to every target. One set of objects serves the tests and, with TALLY_FUZZ, the fuzzers.
add_compile_options(-fsanitize=${TALLY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
  -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/undefined_ignored.txt)
add_link_options(-fsanitize=${TALLY_SANITIZE})
if(TALLY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
set(tally_sanitized_sources)   # of every program
if(TALLY_SANITIZE STREQUAL thread)
  set(tally_sanitized_sources ${CMAKE_CURRENT_LIST_DIR}/c11_threads.cc)
endif()
add_compile_definitions(TALLY_SANITIZED   # tests/testing/scale.h
  _GLIBCXX_ASSERTIONS                     # a string_view or a vector is read behind its end
  NDEBUG_SANITIZER)                       # else newer Abseil's tables differ from those in the prebuilt library

set(tally_sanitized_properties   # of every test
  ENVIRONMENT "TSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/thread_suppressed.txt")

# Half of the time to compile a file is these headers'. Here only: an include that is missing must fail in `dev`.
set(tally_precompiled <algorithm> <functional> <map> <memory> <optional> <random> <set> <span> <string> <string_view>
  <variant> <vector> <absl/container/btree_map.h> <absl/container/flat_hash_map.h> <absl/status/statusor.h>
  <absl/strings/str_cat.h> <absl/time/time.h>)
add_compile_options("SHELL:-Xclang -fno-pch-timestamp")   # ccache then knows it again
