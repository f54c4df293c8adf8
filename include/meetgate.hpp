/*
 * meetgate for C++: the control APIs of three conferencing platforms, hst (好视通), youme (游密) and avd (叁体).
 * C++11 or newer, headers only, over the C library libmeetgate; this is the one to include.
 *
 * In one minute:
 *
 *   meetgate::avd avd(meetgate::avd_config()
 *       .base_url("http://10.0.0.5:9609").access_key("...").secret_key("..."));
 *   try {
 *     std::string reply = avd.room.create(meetgate::avd_room_create_params().user_id("16").topic("周会"));
 *     avd.room.mix_record.start(meetgate::avd_room_mix_record_start_params()
 *         .room_id(meetgate::member(reply, "room_id")));
 *   } catch (const meetgate::not_found &error) {
 *     // the platform said so: error.code(), error.meaning(), error.meaning_zh()
 *   } catch (const meetgate::error &error) {
 *     std::cerr << error.what() << '\n';
 *   }
 *
 * Names. The operation avd.room.mix_record.start is the method avd.room.mix_record.start, and takes an
 *   avd_room_mix_record_start_params. Names of parameters are the platform's own. A name that C++ keeps for itself ends in
 *   an underscore: hst.app.delete_, avd.media.switch_.
 * Strings are UTF-8, going in and coming out.
 * Answers. A call returns the platform's answer, byte for byte, as a std::string. meetgate::member takes single values out
 *   of it; for more, parse it with the JSON library of your program.
 * Arrays. Elements in braces: {a, b}. One element in braces is an array of one.
 * Errors. A call that fails throws a meetgate::error, or one of the classes derived from it. Where there are no exceptions
 *   (-fno-exceptions, or MEETGATE_NO_EXCEPTIONS defined before this header) a call returns a meetgate::result instead.
 * Tokens. Clients of one account in one process share one token. token_store shares it with other processes, token is a
 *   fixed one, and token_provider takes a function of yours in place of keys.
 * Files. upload() and download() tell how far they are.
 * Guards. guarded() starts something and stops it at the end of the scope; wait() waits until a recording has stopped, a file
 *   is there.
 * Not waiting. call_async() gives a future, or runs a completion on a thread of the client; meetgate::completions keeps results
 *   for an event loop.
 * Events. meetgate::events tells what happens in the groups of hst, as it happens.
 * Cancelling. A meetgate::cancel in the options of a call ends it from another thread.
 * Threads. A client may be used from any number of threads at once, and any of them may close it: calls in flight then end.
 *   Moving and destroying it are for one thread.
 */
#ifndef MEETGATE_HPP
#define MEETGATE_HPP

#include "meetgate/avd.hpp"
#include "meetgate/completions.hpp"
#include "meetgate/events.hpp"
#include "meetgate/hst.hpp"
#include "meetgate/signing.hpp"
#include "meetgate/youme.hpp"

#endif
