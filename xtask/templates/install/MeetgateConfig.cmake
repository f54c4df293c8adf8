# find_package(Meetgate {{ version }}): the imported targets Meetgate::meetgate, the shared library, and Meetgate::static.
get_filename_component(_meetgate_prefix "${CMAKE_CURRENT_LIST_DIR}/../../{{ up }}" ABSOLUTE)

if(NOT TARGET Meetgate::meetgate)
  add_library(Meetgate::meetgate SHARED IMPORTED)
  set_target_properties(Meetgate::meetgate PROPERTIES
{% if windows %}
    IMPORTED_LOCATION "${_meetgate_prefix}/bin/{{ library }}"
    INTERFACE_INCLUDE_DIRECTORIES "${_meetgate_prefix}/include")
  if(MSVC)
    set_target_properties(Meetgate::meetgate PROPERTIES IMPORTED_IMPLIB "${_meetgate_prefix}/{{ lib }}/meetgate.lib")
  else()
    set_target_properties(Meetgate::meetgate PROPERTIES IMPORTED_IMPLIB "${_meetgate_prefix}/{{ lib }}/libmeetgate.dll.a")
  endif()
{% else %}
    IMPORTED_LOCATION "${_meetgate_prefix}/{{ lib }}/{{ library }}.{{ version }}"
    IMPORTED_SONAME "{{ library }}.{{ soname }}"
    INTERFACE_INCLUDE_DIRECTORIES "${_meetgate_prefix}/include")
{% endif %}
endif()

{% if windows %}
# The static library is MinGW's.
if(NOT MSVC AND NOT TARGET Meetgate::static)
{% else %}
if(NOT TARGET Meetgate::static)
{% endif %}
  add_library(Meetgate::static STATIC IMPORTED)
  set_target_properties(Meetgate::static PROPERTIES
    IMPORTED_LOCATION "${_meetgate_prefix}/{{ lib }}/libmeetgate.a"
    INTERFACE_INCLUDE_DIRECTORIES "${_meetgate_prefix}/include"
    INTERFACE_LINK_LIBRARIES "{{ system_libraries | join(';') }}")
endif()

unset(_meetgate_prefix)
