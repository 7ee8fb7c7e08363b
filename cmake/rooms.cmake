# One library a room, with its sources listed, so that the linker keeps the doors shut.
#
#   homeward_room(codec SOURCES reader.cpp … USES base)        library homeward_codec
#   homeward_test(codec_test SOURCES reader_test.cpp USES codec)
#   homeward_fuzz(codec SOURCES codec_fuzz.cpp USES codec)     see fuzz/README.md

find_package(Threads REQUIRED)
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Hardening that costs little; the application reads hostile bytes.
add_compile_options(-fstack-protector-strong -fno-strict-aliasing)
if(NOT HOMEWARD_SANITIZE)
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
endif()
add_link_options(-Wl,-z,relro -Wl,-z,now)

if(HOMEWARD_SANITIZE)
  # Rooms have no run-time type information, which the vptr check asks for.
  add_compile_options(-fsanitize=${HOMEWARD_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HOMEWARD_SANITIZE})
endif()
if(HOMEWARD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# g++ 12 sees optionals used uninitialised where they are not, and takes the comparison of two vectors of bytes for a read of
# 2^63 bytes; the more it inlines, the more it misreads, so the dev build is the strict one. clang 19 finds that stable_sort of
# the library of g++ 12 uses what it calls deprecated.
set(HOMEWARD_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough
                      -Wno-missing-field-initializers
                      $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>
                      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
                      $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
                      $<$<CONFIG:Debug>:-Werror>)
# Rooms from base to client: no exceptions, no run-time type information.
set(HOMEWARD_CORE base codec crypto mls wire sql relay vault group domain losses_stats client)

function(homeward_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBS;PRIVATE_LIBS" ${ARGN})
  add_library(homeward_${name} STATIC ${ARG_SOURCES})
  target_include_directories(homeward_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  target_compile_options(homeward_${name} PRIVATE ${HOMEWARD_WARNINGS})
  if(name IN_LIST HOMEWARD_CORE)
    target_compile_options(homeward_${name} PRIVATE -fno-exceptions -fno-rtti)
  endif()
  list(TRANSFORM ARG_USES PREPEND homeward_)
  target_link_libraries(homeward_${name} PUBLIC ${ARG_USES} ${ARG_LIBS} PRIVATE ${ARG_PRIVATE_LIBS})
endfunction()

# A GoogleTest program, registered with CTest as one test that runs in the project's root folder.
function(homeward_test name)
  if(NOT HOMEWARD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;USES;LIBS;LABELS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wshadow -Wno-missing-field-initializers
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<CONFIG:Debug>:-Werror>)
  list(TRANSFORM ARG_USES PREPEND homeward_)
  target_link_libraries(${name} PRIVATE ${ARG_USES} ${ARG_LIBS} GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

# A fuzz target. With HOMEWARD_FUZZ it is a libFuzzer program; without, a program that replays its corpus
# (fuzz/corpus/NAME) once and is a test of its own.
function(homeward_fuzz name)
  if(NOT HOMEWARD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBS" ${ARGN})
  list(TRANSFORM ARG_USES PREPEND homeward_)
  add_executable(fuzz_${name} ${ARG_SOURCES})
  target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_USES} ${ARG_LIBS})
  if(HOMEWARD_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/fuzz/replay_main.cpp)
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
    set_tests_properties(fuzz_${name} PROPERTIES TIMEOUT 120)
  endif()
endfunction()
