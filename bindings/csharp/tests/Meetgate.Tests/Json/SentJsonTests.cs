using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Values on their way out: exact, and refused where they cannot be.</summary>
public static class SentJsonTests
{
    [Fact]
    public static void Nested_parameters_need_no_json()
    {
        using var server = new Scripted(Scripted.Success);
        using var avd = new AvdClient(baseUrl: server.Url, token: "t", httpMethod: AvdHttpMethod.Get);
        avd.Room.Avc.SelectMedia(
            roomId: "1",
            videos: [new AvdVideo { VideoName = "向", X = 0, W = 0.50m }, new AvdVideo { VideoName = "b" }],
            layoutMode: AvdRoomAvcSelectMediaLayoutMode.Manual);
        string sent = Uri.EscapeDataString("""[{"video_name":"向","x":0,"w":0.50},{"video_name":"b"}]""");
        Assert.Equal(1, server.Count("videos=" + sent + "&layout_mode=0"));
        avd.Room.Avc.UpdateLayout(roomId: "1", mainVideoResourceId: "v", videoBitrate: "1000-1500");
        avd.Room.Avc.UpdateLayout(roomId: "1", mainVideoResourceId: "v", videoBitrate: 1500);
        Assert.Equal(1, server.Count("video_bitrate=1000-1500"));
        Assert.Equal(1, server.Count("video_bitrate=1500"));
    }

    [Fact]
    public static void Numbers_and_texts_are_written_exactly()
    {
        foreach (string value in new[]
        {
            "9007199254740993", "9223372036854775807", "18446744073709551615", "0.10", "1e400", "-0.0", "1E5",
            "12345678901234567890123.4567890", "\"\"", "\"  \"", "\"引\\\"号\\\"\\\\ 😀/<&>'\\u0001\"", "\"\uffff\"",
            "[]", "{}", "[[],null,true]",
        })
        {
            // As text, as a node that was read, and inside of others.
            Assert.Equal(Same(value), SentText(hst => hst.Call("hst.online.invite", Text(value))));
            JsonNode node = JsonNode.Parse(value)!;
            Assert.Equal(Same(value), SentText(hst => hst.Call("hst.online.invite", Node(node.DeepClone()))));
            Assert.Equal(
                Same(value),
                SentText(hst => hst.Online.Invite("a", "g", ["u"], 1, extendInfo: Node(node.DeepClone()))));
        }
        Assert.Equal("0.1", SentText(hst => hst.Call("hst.online.invite", Node(0.1))));
        Assert.Equal("0.50", SentText(hst => hst.Call("hst.online.invite", Node(0.50m))));
        Assert.Equal("18446744073709551615", SentText(hst => hst.Call("hst.online.invite", Node(ulong.MaxValue))));
        Assert.Equal(
            "\"2020-05-01T00:00:00\"", SentText(hst => hst.Call("hst.online.invite", Node(new DateTime(2020, 5, 1)))));
    }

    [Fact]
    public static void What_is_null_is_left_out_and_a_null_that_is_given_is_sent()
    {
        JsonObject sent = Sent(
            hst => hst.Call("hst.online.invite", new JsonObject { ["a"] = null, ["b"] = new JsonArray(null, 1) }));
        Assert.True(sent.ContainsKey("a"));
        Assert.Equal("[null,1]", sent["b"]!.ToJsonString());
        JsonObject typed = Sent(hst => hst.Online.Invite("a", "g", ["u"], 1));
        Assert.False(typed.ContainsKey("extend_info"));
    }

    [Fact]
    public static void What_cannot_be_written_is_refused_by_name()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        var deep = new JsonArray();
        for (int i = 0; i < 30_000; i++)
        {
            deep = new JsonArray(deep);
        }
        Refused("nested deeper", "x", new JsonObject { ["x"] = deep });
        Refused("cannot be written as JSON", "x", new JsonObject { ["x"] = JsonValue.Create(double.NaN) });
        Refused("cannot be written as JSON", "x", new JsonObject { ["x"] = JsonValue.Create(double.PositiveInfinity) });
        Refused("half of a surrogate pair", "x", new JsonObject { ["x"] = "\ud83d" });
        Refused("half of a surrogate pair", "x", new JsonObject { ["x"] = new JsonArray("a", "\udc00") });
        Refused("half of a surrogate pair", "x", new JsonObject { ["x"] = new JsonObject { ["\udc00"] = 1 } });
        Refused("half of a surrogate pair", "params", new JsonObject { ["\udc00"] = 1 });
        Assert.Equal(0, server.Count());

        void Refused(string part, string name, JsonObject parameters)
        {
            foreach (Func<Reply> call in new Func<Reply>[]
            {
                () => avd.Call("avd.room.list", parameters),
                () => avd.RawCall(parameters),
            })
            {
                var problem = Assert.Throws<MeetgateInvalidArgumentException>(call);
                Assert.Contains(part, problem.Message, StringComparison.Ordinal);
                Assert.Contains($"\"{name}\"", problem.Message, StringComparison.Ordinal);
            }
            // The next call has nothing of it.
            avd.Info();
        }
    }

    [Fact]
    public static void Json_that_is_nested_deep_is_refused_and_ends_no_process()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        string deep = new string('[', 30_000) + new string(']', 30_000);
        Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Call("avd.room.list", $$"""{"x":{{deep}}}"""));
        Assert.Throws<MeetgateInvalidArgumentException>(() => avd.RawCall($$"""{"x":{{deep}}}"""));
        Assert.Throws<MeetgateInvalidConfigException>(() => new AvdClient($$"""{"x":{{deep}}}"""));
        Assert.Throws<ArgumentException>(() => MeetgateException.FromDocument(deep));
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static void An_enumeration_of_the_callers_is_walked_once_and_its_failure_comes_back()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        int walked = 0;
        avd.Room.MixRecord.UpdateLayout("1", audioUserIds: Ids());
        Assert.Equal(3, walked);
        var problem = Assert.Throws<KeyNotFoundException>(
            () => avd.Room.MixRecord.UpdateLayout("1", audioUserIds: Broken()));
        Assert.Equal("the caller's", problem.Message);
        var again = Assert.Throws<MeetgateInvalidArgumentException>(
            () => avd.Room.MixRecord.UpdateLayout("1", videos: Odd()));
        Assert.Contains("\"video_name\"", again.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Count());
        avd.Room.MixRecord.UpdateLayout("1", audioUserIds: ["16"]);
        Assert.Equal(2, server.Count());

        IEnumerable<string> Ids()
        {
            for (; walked < 3; walked++)
            {
                yield return "u" + walked;
            }
        }
        static IEnumerable<string> Broken()
        {
            yield return "16";
            throw new KeyNotFoundException("the caller's");
        }
        static IEnumerable<AvdVideo> Odd()
        {
            yield return new AvdVideo { VideoName = "\ud83d" };
        }
    }

    [Fact]
    public static void A_huge_enumeration_is_sent_or_refused_by_the_library()
    {
        using var server = new Scripted("""{"code":0,"result":{"access_token":"t"}}""");
        using var hst = new HstClient(baseUrl: server.Url, devId: "d", devSecret: "0123456789abcdef");
        string[] users = [.. Enumerable.Range(0, 200_000).Select(i => "user-" + i)];
        hst.Online.Invite("a", "g", users, 1);
        JsonNode sent = JsonNode.Parse(server.Requests[^1].Body)!;
        Assert.Equal(200_000, sent["user_id_list"]!.AsArray().Count);
        Assert.Equal("user-199999", sent["user_id_list"]![199_999]!.GetValue<string>());
    }

    [Fact]
    public static void Parameters_inside_of_parameters_while_others_are_written()
    {
        // Writing an inner one begins a call's own text: the outer one must not share its buffer.
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        avd.Room.MixRecord.UpdateLayout("outer", audioUserIds: Calling());
        Assert.Equal(1, server.Count("room_id=inner"));
        Assert.Equal(2, server.Count());

        IEnumerable<string> Calling()
        {
            avd.Room.Close("inner");
            yield return new AvdVideo { VideoName = "v" }.ToString();
        }
    }

    private static string Text(string value) => $$"""{"text":{{value}}}""";

    private static JsonObject Node(JsonNode? value) => new() { ["text"] = value };

    /// <summary>Numbers digit by digit. In a text it does not matter how a character is written.</summary>
    private static string Same(string value) =>
        value.StartsWith('"') ? "\"" + JsonSerializer.Deserialize<string>(value) + "\"" : value;

    private static string SentText(Action<HstClient> call)
    {
        JsonObject sent = Sent(call);
        using var value = JsonDocument.Parse((sent["text"] ?? sent["extend_info"]!["text"])!.ToJsonString());
        return Same(value.RootElement.GetRawText());
    }

    /// <summary>The body of what a call sends. hst sends its parameters as JSON.</summary>
    private static JsonObject Sent(Action<HstClient> call)
    {
        using var server = new Scripted("""{"code":0,"result":{"access_token":"t"}}""");
        using var hst = new HstClient(baseUrl: server.Url, devId: "d", devSecret: "0123456789abcdef", validate: false);
        call(hst);
        return JsonNode.Parse(server.Requests[^1].Body)!.AsObject();
    }
}
