/*
 * Attributes of types and functions. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_ATTRIBUTES_HPP
#define MEETGATE_ATTRIBUTES_HPP

/* Exceptions cross the borders of shared libraries only where their types are visible. */
#if defined(__GNUC__) && !defined(_WIN32)
#  define MEETGATE_VISIBLE __attribute__((visibility("default")))
#else
#  define MEETGATE_VISIBLE
#endif

/* The compiler warns where a program ignores the value. C++17 has an attribute for it, which g++ has always known. */
#if __cplusplus >= 201703L || (defined(_MSVC_LANG) && _MSVC_LANG >= 201703L)
#  define MEETGATE_NODISCARD [[nodiscard]]
#elif defined(__clang__)
#  define MEETGATE_NODISCARD __attribute__((warn_unused_result))
#elif defined(__GNUC__) && defined(__has_cpp_attribute)
#  if __has_cpp_attribute(nodiscard)
#    define MEETGATE_NODISCARD [[nodiscard]]
#  endif
#endif
#if !defined(MEETGATE_NODISCARD)
#  define MEETGATE_NODISCARD
#endif

#endif
