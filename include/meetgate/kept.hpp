/*
 * Functions of the program that a client keeps. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_KEPT_HPP
#define MEETGATE_KEPT_HPP

#include "attributes.hpp"

#include <atomic>
#include <memory>

namespace meetgate {
namespace detail {

/**
 * The functions of one kind that one client was given, each at an address that stays when the client moves. A replaced one
 * stays too: a call may be running it.
 */
template <class Function>
class kept_functions {
 public:
  struct kept {
    explicit kept(const Function &given) : function(given), older(nullptr) {}
    kept(const kept &) = delete;
    kept &operator=(const kept &) = delete;
    Function function;
    kept *older;
  };

  kept_functions() noexcept : newest_(nullptr) {}
  ~kept_functions() { clear(); }
  kept_functions(const kept_functions &) = delete;
  kept_functions &operator=(const kept_functions &) = delete;

  /** Any thread, at once. */
  void add(std::unique_ptr<kept> one) noexcept {
    kept *const added = one.release();
    added->older = newest_.load();
    while (!newest_.compare_exchange_weak(added->older, added)) {
    }
  }

  /** Only when the client is gone. */
  void clear() noexcept {
    kept *next = newest_.exchange(nullptr);
    while (next != nullptr) {
      const std::unique_ptr<kept> one(next);
      next = one->older;
    }
  }

 private:
  std::atomic<kept *> newest_;
};

}  // namespace detail
}  // namespace meetgate

#endif
