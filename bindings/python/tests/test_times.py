"""Times as Python has them, in the form that each platform takes."""

import datetime
import json
import unittest
from urllib.parse import parse_qs, urlsplit

import meetgate
from support import Server, always

UTC = datetime.timezone.utc
#: Far from UTC, so that a forgotten conversion shows; and with a fraction, which is cut.
TOKYO = datetime.timezone(datetime.timedelta(hours=9))
BEGIN = datetime.datetime(2021, 12, 1, 11, 0, 0, 999999, TOKYO)
BEGIN_S = 1638324000


def query_of(request):
    return parse_qs(urlsplit(request.line.split(" ")[1]).query)


class Times(unittest.TestCase):
    def setUp(self):
        server = Server(always('{"ret":0,"code":0,"msg":"OK","ActionStatus":"OK","ErrorCode":0}'))
        self.server = server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)

    def sent(self, client, call):
        with client:
            call(client)
        return self.server.requests[-1]

    def test_seconds_as_text(self):
        avd = meetgate.Avd(base_url=self.server.url, token="t")
        request = self.sent(avd, lambda avd: avd.room.get_record(room_id="1", record_start_time=BEGIN, record_end_time="1638324001"))
        query = query_of(request)
        self.assertEqual((query["record_start_time"], query["record_end_time"]), ([str(BEGIN_S)], ["1638324001"]))

    def test_seconds_as_a_number(self):
        avd = meetgate.Avd(base_url=self.server.url, token="t")
        request = self.sent(avd, lambda avd: avd.call("avd.room.get_statistic", {"room_id": "1", "start_time": BEGIN, "end_time": BEGIN}))
        self.assertEqual(query_of(request)["start_time"], [str(BEGIN_S)])

    def test_milliseconds(self):
        hst = meetgate.Hst(base_url=self.server.url, token="t")
        request = self.sent(hst, lambda hst: hst.consuming.records(start_time=BEGIN, end_time=BEGIN, page=1, page_size=10))
        self.assertEqual(query_of(request)["start_time"], [str(BEGIN_S * 1000 + 999)])

    def test_before_1970(self):
        hst = meetgate.Hst(base_url=self.server.url, token="t", validate=False)
        early = datetime.datetime(1969, 12, 31, 23, 59, 59, 500000, UTC)
        request = self.sent(hst, lambda hst: hst.consuming.records(start_time=early, end_time=BEGIN, page=1, page_size=10))
        self.assertEqual(query_of(request)["start_time"], ["-500"])

    def test_a_day_is_the_platforms(self):
        for day, expected in (
            (datetime.date(2021, 12, 1), "20211201"),
            (datetime.datetime(2021, 12, 1, 15, 59, 59, tzinfo=UTC), "20211201"),
            # In UTC+8 the next day has begun.
            (datetime.datetime(2021, 12, 1, 16, 0, tzinfo=UTC), "20211202"),
            ("20211203", "20211203"),
        ):
            youme = meetgate.Youme(base_url=self.server.url, app_key="k", app_secret="s", rest_api_key="r")
            request = self.sent(youme, lambda youme: youme.count_qos_by_day(query_date=day))
            self.assertEqual(json.loads(request.body)["QueryDate"], expected)

    def test_what_does_not_say_which_time_is_meant_is_refused(self):
        avd = meetgate.Avd(base_url=self.server.url, token="t")
        for value, why in (
            (datetime.datetime(2021, 12, 1), '"record_start_time": expected a datetime with a time zone, .* got a naive one'),
            (datetime.date(2021, 12, 1), '"record_start_time": expected a datetime, got a date'),
            (datetime.time(1, 2), '"record_start_time": expected a string, got time$'),
        ):
            with self.assertRaisesRegex(meetgate.InvalidArgument, why):
                avd.room.get_record(room_id="1", record_start_time=value, record_end_time="2")
        youme = meetgate.Youme(base_url=self.server.url, app_key="k", app_secret="s", rest_api_key="r")
        with self.assertRaisesRegex(meetgate.InvalidArgument, '"QueryDate": expected a datetime with a time zone'):
            youme.count_qos_by_day(query_date=datetime.datetime(2021, 12, 1))
        self.assertEqual(self.server.requests, [])

    def test_a_parameter_that_is_no_time(self):
        avd = meetgate.Avd(base_url=self.server.url, token="t")
        with self.assertRaisesRegex(meetgate.InvalidArgument, '"room_id": expected a string, got datetime$'):
            avd.room.read(room_id=BEGIN)
        self.assertEqual(self.server.requests, [])

    def test_every_time_of_the_catalog_is_taken(self):
        from meetgate._time_params import TIME_PARAMS

        units = {"unix-s", "unix-ms", "day in UTC+8"}
        known = {
            (operation["name"], field["name"]): (field["unit"], field["type"])
            for operation in meetgate.catalog()["operations"]
            for field in operation["params"]
            if field.get("unit") in units
        }
        self.assertGreater(len(known), 10)
        self.assertEqual(TIME_PARAMS, known)


if __name__ == "__main__":
    unittest.main()
