# find_package(Meetgate @VERSION@): the imported targets Meetgate::meetgate, the shared library, and Meetgate::static.
get_filename_component(_meetgate_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET Meetgate::meetgate)
  add_library(Meetgate::meetgate SHARED IMPORTED)
  set_target_properties(Meetgate::meetgate PROPERTIES
    IMPORTED_LOCATION "${_meetgate_prefix}/lib/libmeetgate.so.@VERSION@"
    IMPORTED_SONAME "libmeetgate.so.@SONAME@"
    INTERFACE_INCLUDE_DIRECTORIES "${_meetgate_prefix}/include")
endif()

if(NOT TARGET Meetgate::static)
  add_library(Meetgate::static STATIC IMPORTED)
  set_target_properties(Meetgate::static PROPERTIES
    IMPORTED_LOCATION "${_meetgate_prefix}/lib/libmeetgate.a"
    INTERFACE_INCLUDE_DIRECTORIES "${_meetgate_prefix}/include"
    INTERFACE_LINK_LIBRARIES "@SYSTEM_LIBRARIES_CMAKE@")
endif()

unset(_meetgate_prefix)
