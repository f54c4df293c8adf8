using System;
using System.Linq;

namespace Meetgate.Tests
{
    /// <summary>Values in and out: exact numbers, text of all kinds, and the traps of the runtime's reader.</summary>
    [Tests]
    internal static class JsonTests
    {
        public static void Numbers_stay_as_they_are()
        {
            foreach (string digits in new[] { "9007199254740993", "0.10", "1e400", "-0.0", "12345678901234567890123.4567890", "1E5" })
            {
                Check.Equal("[" + digits + "]", JsonValue.Parse("[" + digits + "]").ToString());
            }
            JsonValue value = JsonValue.Parse("{\"a\":9223372036854775807,\"b\":\"42\",\"c\":1.0,\"d\":0.10,\"e\":1e400,\"f\":null}");
            Check.Equal(long.MaxValue, value["a"].AsInteger());
            Check.Equal(42, value["b"].AsInteger());
            Check.Equal(1, value["c"].AsInteger());
            Check.Equal(0.10m, value["d"].AsDecimal());
            Check.Throws<FormatException>(() => value["e"].AsDecimal());
            Check.Equal("1e400", value["e"].AsText());
            Check.Equal(null, value["f"].AsInteger());
            Check.Equal(null, value["missing"]);
        }

        public static void Values_are_written_exactly()
        {
            JsonValue third = 1.0 / 3;
            Check.Equal(1.0 / 3, double.Parse(third.ToString(), System.Globalization.CultureInfo.InvariantCulture));
            Check.Equal("0.50", ((JsonValue)0.50m).ToString());
            Check.Equal("0.1", ((JsonValue)0.1).ToString());
            Check.Equal("5", ((JsonValue)5).ToString());
            Check.Throws<ArgumentException>(() => Console.Write((JsonValue)double.NaN));
            var made = new JsonObject
            {
                { "text", "引\"号\"\\ \n\t\r\u0001😀/" },
                { "left out", (JsonValue)null },
                { "null", JsonValue.Null },
                { "list", new JsonArray { 1, "two", true, null, new JsonArray() } },
            };
            Check.Equal(
                "{\"text\":\"引\\\"号\\\"\\\\ \\n\\t\\r\\u0001😀/\",\"null\":null,\"list\":[1,\"two\",true,null,[]]}", made.ToString());
            Check.Equal(made.ToString(), JsonValue.Parse(made.ToString()).ToString());
            Check.Throws<ArgumentException>(() => made.Add("text", 1));
        }

        public static void The_readers_traps()
        {
            JsonValue value = JsonValue.Parse("{\"__type\":\"x\",\"a\":{\"__type\":\"y:z\",\"item\":1,\"type\":\"t\"},\"a b\":{\"\":2}}");
            Check.Equal("x", value["__type"].AsText());
            Check.Equal("y:z", value["a"]["__type"].AsText());
            Check.Equal(1, value["a"]["item"].AsInteger());
            Check.Equal("t", value["a"]["type"].AsText());
            Check.Equal(2, value["a b"][""].AsInteger());
            Check.Equal(2, JsonValue.Parse("{\"a\":1,\"a\":2}")["a"].AsInteger());
            Check.Equal(1, JsonValue.Parse("[1,]").Count);
            Check.Equal("  ", JsonValue.Parse("[\"  \"]")[0].AsText());
            Check.Equal("", JsonValue.Parse("\"\"").AsText());
            Check.Equal("x\ud800y", JsonValue.Parse("[\"x\\ud800y\"]")[0].AsText());
            Check.Equal("[\"x\\ud800y\"]", JsonValue.Parse("[\"x\\ud800y\"]").ToString());
            Check.Equal("😀", JsonValue.Parse("[\"\\ud83d\\ude00\"]")[0].AsText());
            Check.Equal("\0", JsonValue.Parse("[\"\\u0000\"]")[0].AsText());
            Check.Equal("{}", JsonValue.Parse("\ufeff{}").ToString());
            foreach (string broken in new[] { "", "{", "[", "\ufeff\ufeff{}", "\ufeff", "{\"a\":1}x", "tru", "{'a':1}", "{\"__type\":5}", "\"\ud800\"" })
            {
                Check.Throws<FormatException>(() => JsonValue.Parse(broken));
            }
            Func<int, string> nested = depth => new string('[', depth) + new string(']', depth);
            Check.Equal(nested(1000), JsonValue.Parse(nested(1000)).ToString());
            Check.Throws<FormatException>(() => JsonValue.Parse(nested(100000)));
        }

        public static void Answers_may_have_other_types_than_documented()
        {
            const string Answer = "{\"ret\":0,\"rooms\":[{\"room_id\":12345,\"create_time\":\"1638324000\",\"users\":{}},"
                + "{\"room_id\":null,\"users\":[{\"node_id\":1.0,\"user_name\":\"x\\ud800\"}],\"create_time\":true}],\"new\":[1]}";
            using (var server = new Scripted(line => Answer))
            using (AvdClient avd = server.Avd())
            {
                AvdRoomListReply reply = avd.Room.List();
                Check.Equal(Answer, reply.RawText);
                Check.Equal("12345", reply.Rooms[0].RoomId);
                Check.Equal(1638324000, reply.Rooms[0].CreateTime);
                Check.Equal(0, reply.Rooms[0].Users.Count);
                Check.Equal(null, reply.Rooms[1].RoomId);
                Check.Equal(1, reply.Rooms[1].Users[0].NodeId);
                Check.Equal(null, reply.Rooms[1].Users[0].UserId);
                Check.Equal("x\ud800", reply.Rooms[1].Users[0].UserName);
                Check.True(ReferenceEquals(reply.Rooms, reply.Rooms), "made once");
                Check.Equal("[1]", reply.Json["new"].ToString());
                var problem = Check.Throws<FormatException>(() => Console.Write(reply.Rooms[1].CreateTime));
                Check.Contains("create_time", problem.Message);
            }
        }

        public static void Rows_of_hst_are_found_wherever_they_stand()
        {
            foreach (string rows in new[] { "{\"total\":1,\"records\":[{\"amount\":0.10}]}", "[{\"amount\":0.10}]" })
            {
                Func<string, string> script = line => line.Contains("access/token")
                    ? "{\"code\":0,\"result\":{\"access_token\":\"t\"}}"
                    : "{\"code\":0,\"result\":" + rows + "}";
                using (var server = new Scripted(script))
                using (var hst = new HstClient(devId: "d", devSecret: "0123456789abcdef", baseUrl: server.Url))
                {
                    HstConsumingRecordsReply reply = hst.Consuming.Records(
                        startTime: 1588146896000, endTime: 1590738896000, appId: "a", page: 1, pageSize: 10);
                    Check.Equal("0.10", reply.List.Single().Amount.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
                }
            }
        }

        public static void Nested_parameters_need_no_json()
        {
            using (var server = new Scripted(line => "{\"ret\":0}"))
            using (var avd = new AvdClient(baseUrl: server.Url, token: "t", httpMethod: "get"))
            {
                avd.Room.Avc.SelectMedia(
                    roomId: "1",
                    videos: new[] { new AvdVideo { VideoName = "向", X = 0, W = 0.5m }, new AvdVideo { VideoName = "b" } },
                    layoutMode: 0);
                string sent = Uri.EscapeDataString("[{\"video_name\":\"向\",\"x\":0,\"w\":0.5},{\"video_name\":\"b\"}]");
                Check.Equal(1, server.Count("videos=" + sent + "&layout_mode=0"));
                avd.Room.Avc.UpdateLayout(roomId: "1", mainVideoResourceId: "v", videoBitrate: "1000-1500");
                avd.Room.Avc.UpdateLayout(roomId: "1", mainVideoResourceId: "v", videoBitrate: 1500);
                Check.Equal(1, server.Count("video_bitrate=1000-1500"));
                Check.Equal(1, server.Count("video_bitrate=1500"));
            }
        }
    }
}
