"""What is signed on this machine: the vendors' vectors, and what is refused."""

import time
import unittest

import meetgate

from support import SandboxTest

KEYS = {"app_id": "a92b622559266609176621caf44f5857", "app_secret": "1234567890123456"}


class HstUserToken(unittest.TestCase):
    VECTOR = (
        "001TrHQ/WOuaoaMBewkZc94v02ue+agbrF81F/ldnhAkRvs7b2cc4LvCZVX1MgbSi52+A/WzdIhKGJl5LSOMJoTnC+DY12lz1wZmTYSon5LQ"
        "nTDnd6tyHXMvuOptio6h4pL"
    )

    def test_the_vendors_vector(self):
        made = meetgate.hst_user_token(**KEYS, timestamp_ms=1575962150000, random=42)
        self.assertEqual(made, {"user_token": self.VECTOR})

    def test_each_argument_takes_part(self):
        for more in ({"group_id": "g"}, {"user_id": "会议"}, {"expire_time": 60}, {"random": 43}, {"timestamp_ms": 1}):
            made = meetgate.hst_user_token(**{**KEYS, "timestamp_ms": 1575962150000, "random": 42, **more})
            self.assertNotEqual(made["user_token"], self.VECTOR)

    def test_time_and_number_are_chosen(self):
        self.assertNotEqual(meetgate.hst_user_token(**KEYS), meetgate.hst_user_token(**KEYS))

    def test_what_cannot_be_right(self):
        for keys, why in (
            ({**KEYS, "app_secret": "short-secret"}, "exactly 16 bytes, got 12"),
            ({**KEYS, "app_id": ""}, '"app_id" is empty'),
            ({**KEYS, "app_id": 7}, '"app_id": expected a string'),
            ({**KEYS, "app_id": None}, '"app_id" is missing'),
            ({**KEYS, "random": -1}, '"random"'),
            ({**KEYS, "user_id": "\ud800"}, '"user_id": expected text, got half of a surrogate pair'),
        ):
            with self.assertRaisesRegex(meetgate.InvalidArgument, why) as caught:
                meetgate.hst_user_token(**keys)
            self.assertNotIn("short-secret", str(caught.exception.document))
        with self.assertRaises(TypeError):
            meetgate.hst_user_token(**KEYS, userid="u")


class HstUserTokenOfANewApplication(SandboxTest):
    def test_the_secret_that_the_platform_gives_makes_a_token(self):
        with meetgate.Hst.from_config(self.sandbox.configurations["hst"]) as hst:
            made = hst.app.create(app_name="test123", service=[{"service_id": 3}])["result"]
        token = meetgate.hst_user_token(app_id=made["app_id"], app_secret=made["app_secret"], user_id="u1001")
        self.assertTrue(token["user_token"].startswith("001"))


class YoumeUserToken(unittest.TestCase):
    KEYS = {"app_key": "appkey", "rest_api_key": "restapikey"}

    def test_it_is_what_sha1sum_makes(self):
        for user, token in (
            ("u1001", "20925236e642d4b5cec89a12be848104d001153d"),
            ("张三", "3cb7785996443fee6b13273df366a15026ae5e97"),
        ):
            self.assertEqual(meetgate.youme_user_token(**self.KEYS, user_id=user), {"user_token": token})

    def test_what_cannot_be_right(self):
        for user, why in (("", '"user_id" is empty'), (7, '"user_id": expected a string'), (None, '"user_id" is missing')):
            with self.assertRaisesRegex(meetgate.InvalidArgument, why) as caught:
                meetgate.youme_user_token(**self.KEYS, user_id=user)
            self.assertNotIn("restapikey", str(caught.exception.document))


class YoumeChecksum(unittest.TestCase):
    def test_the_vector(self):
        made = meetgate.youme_checksum(app_secret="appsecret", rest_api_key="restapikey", curtime=1575962150)
        self.assertEqual(made, {"checksum": "ce676fea59cd36616466e14f1d1abd337ae2e100", "curtime": "1575962150"})

    def test_the_time_is_now(self):
        made = meetgate.youme_checksum(app_secret="appsecret", rest_api_key="restapikey")
        self.assertAlmostEqual(int(made["curtime"]), time.time(), delta=5)

    def test_what_cannot_be_right(self):
        with self.assertRaisesRegex(meetgate.InvalidArgument, '"app_secret" is empty'):
            meetgate.youme_checksum(app_secret="", rest_api_key="r")
        with self.assertRaisesRegex(meetgate.InvalidArgument, '"curtime"'):
            meetgate.youme_checksum(app_secret="s", rest_api_key="r", curtime=-1)


if __name__ == "__main__":
    unittest.main()
