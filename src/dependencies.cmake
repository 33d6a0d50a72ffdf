# What the libraries need, both where they are built and where they are used.

find_package(Boost 1.81 REQUIRED)
find_package(CURL 7.87 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBBPF REQUIRED IMPORTED_TARGET libbpf>=1.0)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(SNAPPY REQUIRED IMPORTED_TARGET snappy)
pkg_check_modules(YAML_CPP REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

# use_archive(TARGET NAME [LIBRARIES ...]): links libNAME.a, and what it needs, where there is one. A shared library costs
# every agent the memory of pages that it mostly does not use; an archive, only of what is called.
function(use_archive target name)
  find_library(${name}_ARCHIVE lib${name}.a)
  if(${name}_ARCHIVE)
    set_property(TARGET ${target} PROPERTY INTERFACE_LINK_LIBRARIES ${${name}_ARCHIVE} ${ARGN})
  endif()
endfunction()
use_archive(PkgConfig::LIBBPF bpf elf z)
if(RE2_VERSION VERSION_LESS 11) # later ones need a dozen archives of Abseil beside their own
  use_archive(PkgConfig::RE2 re2)
endif()
use_archive(PkgConfig::SNAPPY snappy)
use_archive(PkgConfig::YAML_CPP yaml-cpp)
use_archive(PkgConfig::ZSTD zstd)
add_library(bpfpush_protobuf_lite INTERFACE IMPORTED)
target_link_libraries(bpfpush_protobuf_lite INTERFACE protobuf::libprotobuf-lite)
use_archive(bpfpush_protobuf_lite protobuf-lite)
