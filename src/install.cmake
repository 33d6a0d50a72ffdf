# What `cmake --install` leaves: the binary, and for find_package(bpfpush) the libraries, their headers, those for BPF
# programs, and how to link it all.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(headers ${CMAKE_INSTALL_INCLUDEDIR}/bpfpush)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/bpfpush)

# bpfpush::bpfpush is all of it; each module has its own name too.
add_library(bpfpush_library INTERFACE)
target_link_libraries(bpfpush_library INTERFACE bpfpush_agent bpfpush_receiver)
set_target_properties(bpfpush_library PROPERTIES EXPORT_NAME bpfpush)
set(libraries bpfpush_library)
get_property(modules GLOBAL PROPERTY BPFPUSH_MODULES)
foreach(module options proto ${modules})
  set_target_properties(bpfpush_${module} PROPERTIES EXPORT_NAME ${module})
  list(APPEND libraries bpfpush_${module})
endforeach()

install(TARGETS bpfpush RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${libraries} EXPORT bpfpush ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT bpfpush NAMESPACE bpfpush:: DESTINATION ${package} FILE bpfpushTargets.cmake)
configure_package_config_file(${PROJECT_SOURCE_DIR}/src/bpfpushConfig.cmake.in bpfpushConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(bpfpushConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/bpfpushConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/bpfpushConfigVersion.cmake ${PROJECT_SOURCE_DIR}/src/dependencies.cmake
        DESTINATION ${package})

install(
  DIRECTORY ${PROJECT_SOURCE_DIR}/src/
  DESTINATION ${headers}
  FILES_MATCHING
  PATTERN "*.hpp"
  PATTERN "commands" EXCLUDE)
install(
  DIRECTORY ${PROJECT_SOURCE_DIR}/bpf/
  DESTINATION ${headers}/bpf
  FILES_MATCHING
  PATTERN "*.h")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/configs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bpfpush)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
