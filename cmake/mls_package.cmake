# The CMake package `homeward-mls`: the MLS library with base, codec and crypto, for other projects.
#
#   cmake --install build/release --component mls --prefix PREFIX
#   find_package(homeward-mls REQUIRED)  target_link_libraries(… homeward::mls)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(homeward_mls_rooms base codec crypto mls)
foreach(room ${homeward_mls_rooms})
  set_target_properties(homeward_${room} PROPERTIES EXPORT_NAME ${room})
  target_include_directories(homeward_${room} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/homeward>)
  target_compile_features(homeward_${room} PUBLIC cxx_std_20)
  # What only the library's own files and tests include stays at home.
  install(DIRECTORY src/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/homeward COMPONENT mls EXCLUDE_FROM_ALL
          FILES_MATCHING PATTERN "*.h" PATTERN "*_for_test.h" EXCLUDE PATTERN "algorithms.h" EXCLUDE
          PATTERN "labelled_sealer.h" EXCLUDE PATTERN "*_blocks.h" EXCLUDE PATTERN "state.h" EXCLUDE
          PATTERN "writing.h" EXCLUDE PATTERN "proposal_list.h" EXCLUDE)
endforeach()

list(TRANSFORM homeward_mls_rooms PREPEND homeward_ OUTPUT_VARIABLE homeward_mls_targets)
install(TARGETS ${homeward_mls_targets} EXPORT homeward-mls
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT mls EXCLUDE_FROM_ALL)
set(homeward_mls_dir ${CMAKE_INSTALL_LIBDIR}/cmake/homeward-mls)
install(EXPORT homeward-mls NAMESPACE homeward:: FILE homeward-mlsTargets.cmake DESTINATION ${homeward_mls_dir}
        COMPONENT mls EXCLUDE_FROM_ALL)
configure_package_config_file(cmake/homeward-mlsConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/homeward-mlsConfig.cmake
                              INSTALL_DESTINATION ${homeward_mls_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/homeward-mlsConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/homeward-mlsConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/homeward-mlsConfigVersion.cmake
        DESTINATION ${homeward_mls_dir} COMPONENT mls EXCLUDE_FROM_ALL)
