// Drives all three platforms: quickstart HST_CONFIG YOUME_CONFIG AVD_CONFIG
//
// Each configuration is one JSON object, such as a member of the first line that meetgate-sandbox prints.
#include <meetgate.hpp>

#include <iostream>

static void show(const char *what, const std::string &reply) {
  std::cout << what << "\n  " << reply.size() << " bytes: " << reply.substr(0, reply.find(',')) << " ...\n";
}

static void drive_avd(const meetgate::avd &avd) {
  // Without a room_id the platform makes one up, so that this program can run again.
  const std::string created = avd.room.create(meetgate::avd_room_create_params().user_id("16").topic("周会"));
  const std::string id = meetgate::member(created, "room_id");
  show("avd: create a room", created);

  const std::string started = avd.room.mix_record.start(meetgate::avd_room_mix_record_start_params()
      .room_id(id)
      .name("周会录制")
      .enable_realtime_transcode(true)
      .videos({
          meetgate::avd_video().video_name("16_video1").zorder(0).x(0).y(0).w(1).h(1),
          meetgate::avd_video().video_name("49_video1").zorder(1).x(0.7).y(0).w(0.3).h(0.3),
      }));
  show("avd: start its mixed recording, with a layout", started);
  show("avd: read the recording's status",
       avd.room.record.status(meetgate::avd_room_record_status_params().record_id(meetgate::member(started, "record_id"))));
  show("avd: stop the recording", avd.room.mix_record.stop(meetgate::avd_room_mix_record_stop_params().room_id(id)));
  show("avd: close the room, within two seconds",
       avd.room.close(meetgate::avd_room_close_params().room_id(id), meetgate::call_options().timeout_ms(2000)));

  // A failure, on purpose.
  try {
    avd.room.read(meetgate::avd_room_read_params().room_id("40400000000"));
  } catch (const meetgate::not_found &error) {
    std::cout << "avd: read a room that does not exist\n  " << error.code() << ' ' << error.meaning() << " ("
              << error.meaning_zh() << ")\n";
  }
}

static void drive_hst(const meetgate::hst &hst) {
  // This reply holds the application's secret: a program of yours would not print it.
  show("hst: create an application",
       hst.app.create(meetgate::hst_app_create_params()
           .app_name("会议演示")
           .service({meetgate::hst_service().service_id(3), meetgate::hst_service().service_id(4).use_limit(1000)})));
  show("hst: read who is online",
       hst.online.user.state(
           meetgate::hst_online_user_state_params().app_id("8f14e45fceea467a9f36dedd4bea2543").msg_id(1)));
  show("hst: push a command to a terminal",
       hst.online.trans_cmd(meetgate::hst_online_trans_cmd_params()
           .app_id("8f14e45fceea467a9f36dedd4bea2543")
           .msg_id(2)
           .user_list({meetgate::hst_user().user_id("u1001").mutex_type("pc").client_guid("T-1001")})
           .trans_mess(meetgate::object().set("action", "提醒").set("minutes", 5))));
}

static void drive_youme(const meetgate::youme &youme) {
  show("youme: read the quality figures of 2019-12-10",
       youme.count_qos_by_day(meetgate::youme_count_qos_by_day_params().QueryDate("20191210")));
}

int main(int argc, char **argv) {
  if (argc != 4) {
    std::cerr << "usage: quickstart HST_CONFIG YOUME_CONFIG AVD_CONFIG\n";
    return 2;
  }
  try {
    drive_hst(meetgate::hst(meetgate::raw(argv[1])));
    drive_youme(meetgate::youme(meetgate::raw(argv[2])));
    drive_avd(meetgate::avd(meetgate::raw(argv[3])));
  } catch (const meetgate::error &error) {
    std::cerr << error.status_name() << ": " << error.what() << '\n';
    return 1;
  }
}
