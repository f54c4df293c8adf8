using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using Xunit;

namespace Meetgate.Tests;

/// <summary>What a program reads from an answer.</summary>
public static class ReplyTests
{
    [Fact]
    public static void What_every_answer_of_a_platform_has()
    {
        var avd = new AvdReply("""{"ret":0,"code":200,"msg":"success"}""");
        Assert.Equal((0, 200, "success"), (avd.Ret, avd.Code, avd.Msg));
        var hst = new HstReply("""{"code":0,"msg":"OK","result":{"code":7,"msg":"inside"}}""");
        Assert.Equal((0, "OK"), (hst.Code, hst.Msg));
        var youme = new YoumeReply("""{"Status":"OK","ErrorCode":0,"ErrorInfo":"fine"}""");
        Assert.Equal(("OK", 0, "fine"), (youme.Status, youme.Code, youme.Msg));
        foreach (string nothing in new[] { "{}", """{"ret":null,"code":null,"msg":null,"Status":null}""" })
        {
            Assert.Equal(
                (null, null, null), (new AvdReply(nothing).Ret, new AvdReply(nothing).Code, new AvdReply(nothing).Msg));
            Assert.Equal((null, null), (new HstReply(nothing).Code, new HstReply(nothing).Msg));
            Assert.Equal((null, null), (new YoumeReply(nothing).Status, new YoumeReply(nothing).Code));
        }
    }

    [Fact]
    public static void An_answer_stays_as_it_came()
    {
        const string Text = " {\"ret\" : 0,\r\n\t\"n\":1.0e0 ,\"周\":\"\\u5468\\/\",\"token\":\"t\"}\n";
        using var server = new Scripted("200 OK\n" + Text);
        using AvdClient avd = server.Avd();
        AvdRoomListReply reply = avd.Room.List();
        Assert.Equal(Text, reply.RawText);
        Assert.Equal(Encoding.UTF8.GetBytes(Text), reply.Utf8.ToArray());
        Assert.Equal("1.0e0", reply.Json.GetProperty("n").GetRawText());
        Assert.Equal("周/", reply.Json.GetProperty("周").GetString());
    }

    [Fact]
    public static void Typed_answers_forgive_what_the_platforms_do()
    {
        const string Answer = """
            {"ret":"0","rooms":[{"room_id":12345,"create_time":"1638324000","users":{}},
             {"room_id":null,"users":[{"node_id":1.0,"user_name":true}],"create_time":1638324000}],"new":[1]}
            """;
        using var server = new Scripted(Answer.Replace("\n", "", StringComparison.Ordinal));
        using AvdClient avd = server.Avd();
        AvdRoomListReply reply = avd.Room.List();
        Assert.Equal(0, reply.Ret);
        Assert.Equal("12345", reply.Rooms[0].RoomId);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1638324000), reply.Rooms[0].CreateTime);
        Assert.Equal(reply.Rooms[0].CreateTime, reply.Rooms[1].CreateTime);
        Assert.Empty(reply.Rooms[0].Users);
        Assert.Null(reply.Rooms[1].RoomId);
        Assert.Equal(1, reply.Rooms[1].Users[0].NodeId);
        Assert.Null(reply.Rooms[1].Users[0].UserId);
        Assert.Equal("true", reply.Rooms[1].Users[0].UserName);
        Assert.Same(reply.Rooms, reply.Rooms);
        Assert.Same(reply.Rooms[1].Users[0], reply.Rooms[1].Users[0]);
        Assert.Equal("[1]", reply.Json.GetProperty("new").GetRawText());
    }

    [Fact]
    public static void A_member_that_is_missing_is_null_and_a_list_is_empty()
    {
        foreach (string nothing in new[] { """{"ret":0}""", """{"ret":0,"data":null,"rooms":null}""" })
        {
            Assert.Empty(new AvdRoomListReply(nothing).Rooms);
            Assert.Null(new AvdRoomReadReply(nothing).Data);
        }
        // An object that is written as an empty array.
        AvdRoomReadReply.DataObject data = new AvdRoomReadReply("""{"data":[]}""").Data!;
        Assert.Null(data.Topic);
    }

    [Fact]
    public static void One_odd_member_does_not_cost_the_answer()
    {
        var reply = new AvdRoomParticipateListReply(
            """{"ret":0,"participates":[{"user_id":"1","user_name":{}},{"user_id":"2"}]}""");
        var problem = Assert.Throws<MeetgateProtocolException>(() => reply.Participates[0].UserName);
        Assert.Contains("participates[0].user_name", problem.Message, StringComparison.Ordinal);
        Assert.Equal(MeetgateStatus.Protocol, problem.Status);
        Assert.Equal(["1", "2"], reply.Participates.Select(item => item.UserId));
        Assert.Equal(0, reply.Ret);
        Assert.Equal(JsonValueKind.Object, reply.Participates[0].Json.GetProperty("user_name").ValueKind);
    }

    [Theory]
    [InlineData("5", "participates[1]: expected an object, found a number")]
    [InlineData("\"x\"", "participates[1]: expected an object, found a text")]
    [InlineData("null", "participates[1]: expected an object, found null")]
    [InlineData("[1]", "participates[1]: expected an object, found an array")]
    [InlineData("true", "participates[1]: expected an object, found a boolean")]
    public static void A_list_with_an_item_that_is_none_is_refused(string item, string part)
    {
        using var server = new Scripted($$"""{"ret":0,"participates":[{"user_id":"1"},{{item}}]}""");
        using AvdClient avd = server.Avd();
        AvdRoomParticipateListReply reply = avd.Room.Participate.List("1");
        var problem = Assert.Throws<MeetgateProtocolException>(() => reply.Participates);
        Assert.Contains("avd.room.participate.list", problem.Message, StringComparison.Ordinal);
        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
        Assert.Equal("room.participate.list", problem.Operation);
        Assert.Equal(2, reply.Json.GetProperty("participates").GetArrayLength());
    }

    [Fact]
    public static void Half_of_a_surrogate_pair_is_no_character()
    {
        const string Answer = """{"ret":0,"rooms":[{"room_id":"x\ud800","users":[]},{"room_id":"\ud83d\ude00"}]}""";
        using var server = new Scripted(Answer);
        using AvdClient avd = server.Avd();
        AvdRoomListReply reply = avd.Room.List();
        var problem = Assert.Throws<MeetgateProtocolException>(() => reply.Rooms[0].RoomId);
        Assert.Contains("rooms[0].room_id", problem.Message, StringComparison.Ordinal);
        Assert.Equal("😀", reply.Rooms[1].RoomId);
        Assert.Equal(Answer, reply.RawText);
        Assert.Equal(Answer, reply.ToString());
        Assert.Equal(Answer, JsonSerializer.Serialize(reply));
    }

    [Fact]
    public static void Rows_of_hst_are_found_wherever_they_stand()
    {
        foreach (string rows in new[] { """{"total":1,"records":[{"amount":0.10}]}""", """[{"amount":0.10}]""" })
        {
            var reply = new HstConsumingRecordsReply($$"""{"code":0,"result":{{rows}}}""");
            decimal? amount = reply.List.Single().Amount;
            Assert.Equal("0.10", amount!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Assert.Same(reply.List, reply.List);
        }
        foreach (string nothing in new[] { "{}", "[]", "null", """{"records":[]}""" })
        {
            Assert.Empty(new HstConsumingRecordsReply($$"""{"code":0,"result":{{nothing}}}""").List);
        }
        foreach (string odd in new[] { "7", "\"x\"", "[7]", """{"total":3}""" })
        {
            var reply = new HstConsumingRecordsReply($$"""{"code":0,"result":{{odd}}}""");
            Assert.Contains(
                "result", Assert.Throws<MeetgateProtocolException>(() => reply.List).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public static void Many_threads_read_one_answer()
    {
        // So many that making the list takes longer than a thread needs to come to it.
        string[] rooms = [.. Enumerable.Range(0, 20_000).Select(
            i => $$"""{"room_id":"{{i}}","users":[{"user_id":"u{{i}}"}]}""")];
        byte[] json = Encoding.UTF8.GetBytes($$"""{"ret":0,"rooms":[{{string.Join(",", rooms)}}]}""");
        for (int round = 0; round < 10; round++)
        {
            var reply = new AvdRoomListReply(new Answer(json, null));
            // The document is read before: what is looked at is the list.
            Assert.Equal(0, reply.Ret);
            using var together = new Barrier(8);
            object[] seen = new object[8];
            Thread[] threads = [.. Enumerable.Range(0, 8).Select(t => new Thread(() =>
            {
                together.SignalAndWait();
                seen[t] = reply.Rooms;
                for (int i = 0; i < rooms.Length; i += 100)
                {
                    if (reply.Rooms[i].Users[0].UserId != "u" + i || reply.Rooms[i].RoomId != i.ToString())
                    {
                        seen[t] = "wrong at " + i;
                    }
                }
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            Assert.All(seen, list => Assert.Same(reply.Rooms, list));
        }
    }

    [Fact]
    public static void A_list_cannot_be_changed()
    {
        var reply = new AvdRoomListReply("""{"ret":0,"rooms":[{"room_id":"1"}]}""");
        var list = (System.Collections.Generic.IList<AvdRoomListReply.RoomItem>)reply.Rooms;
        Assert.Throws<NotSupportedException>(() => list[0] = null!);
        Assert.False(reply.Rooms is AvdRoomListReply.RoomItem[]);
    }
}
