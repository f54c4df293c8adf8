// Values that a program ignores. Compilers warn of each line that says so, and of no other: tests/cpp.rs compares.
#include <meetgate.hpp>

void ignore(const meetgate::avd &avd, char **reply, const std::string &text);

void ignore(const meetgate::avd &avd, char **reply, const std::string &text) {
  avd.room.list();                                    // ignored without exceptions
  avd.call("avd.room.list");                          // ignored without exceptions
  avd.raw_call(meetgate::raw_request().path("/a"));   // ignored without exceptions
  avd.set_token(text);                                // ignored without exceptions
  avd.call_async("avd.room.list");                    // ignored
  avd.close_idle();                                   // ignored without exceptions
  avd.upload("avd.uploadfile", meetgate::object(), meetgate::progress());   // ignored without exceptions
  avd.download("/a", "b");                            // ignored without exceptions
  avd.info();                                         // ignored
  avd.handle();                                       // ignored
  meetgate::member(text, "a");                        // ignored
  meetgate::find(text, "a");                          // ignored
  meetgate::length(text);                             // ignored
  meetgate::quote(text);                              // ignored
  meetgate::raw(text);                                // ignored
  meetgate::array({1});                               // ignored
  meetgate::object().set("a", 1).str();               // ignored
  meetgate::object().empty();                         // ignored
  meetgate::version();                                // ignored
  meetgate::catalog();                                // ignored
  meetgate::hst_user_token(meetgate::hst_user_token_params());   // ignored
  meetgate::youme_user_token(meetgate::youme_user_token_params());   // ignored
  meetgate::youme_checksum(meetgate::youme_checksum_params());   // ignored
  meetgate_avd_room_list(avd.handle(), nullptr, reply);          // ignored
  meetgate_client_set_token(avd.handle(), "", reply);            // ignored
  static_cast<void>(avd.room.list());
  static_cast<void>(avd.info());
  static_cast<void>(meetgate::find(text, "a"));
}
