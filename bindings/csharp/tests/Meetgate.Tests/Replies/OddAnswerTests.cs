using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Answers that no document shows: a program meets one of ours, or the answer as it came.</summary>
public static class OddAnswerTests
{
    [Fact]
    public static void A_mark_before_the_answer_is_skipped()
    {
        using var server = new Scripted("\ufeff{\"ret\":0,\"rooms\":[{\"room_id\":\"1\"}],\"token\":\"x\"}");
        using AvdClient avd = server.Avd();
        AvdRoomListReply reply = avd.Room.List();
        Assert.Equal("1", reply.Rooms[0].RoomId);
        Assert.Equal("""{"ret":0,"rooms":[{"room_id":"1"}],"token":"***"}""", JsonSerializer.Serialize(reply));
        Assert.Equal(JsonSerializer.Serialize(reply), reply.ToString());
    }

    [Fact]
    public static void Members_twice_show_the_last_and_hide_both()
    {
        var reply = new AvdReply("""{"ret":1,"token":"hunter2","ret":2,"token":"hunter3"}""");
        Assert.Equal(2, reply.Ret);
        Assert.Equal("""{"ret":1,"token":"***","ret":2,"token":"***"}""", reply.ToString());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    [InlineData("true")]
    public static void An_answer_that_is_no_object_has_no_members(string json)
    {
        Assert.Null(new AvdReply(json).Ret);
        Assert.Empty(new AvdRoomListReply(json).Rooms);
        Assert.Null(new HstReply(json).Code);
        Assert.Empty(new HstConsumingRecordsReply(json).List);
        Assert.Equal(json, new AvdReply(json).ToString());
        using var server = new Scripted(json);
        using AvdClient avd = server.Avd();
        Assert.Throws<MeetgateProtocolException>(() => avd.Room.List());
    }

    [Theory]
    [InlineData("{\"ret\":0,\"msg\":\"caf\xe9\"}")]
    [InlineData("{\"ret\":40004,\"msg\":\"caf\xe9\"}")]
    [InlineData("{\"ret\":0,\"\xff\xfe\":1}")]
    [InlineData("caf\xe9")]
    [InlineData("\xff\xfe{\0}\0")]
    public static void Bytes_that_are_no_text_are_a_failure_of_ours(string latin)
    {
        using var server = new Bytes(Encoding.Latin1.GetBytes(latin));
        using var avd = new AvdClient(baseUrl: server.Url, token: "t");
        var problem = Assert.ThrowsAny<MeetgateException>(() => avd.Room.List());
        Assert.Equal("avd.room.list", problem.Platform + "." + problem.Operation);
        Assert.NotEmpty(problem.ToString());
        Assert.NotEmpty(problem.Document);
    }

    [Fact]
    public static void An_answer_that_is_nested_deep()
    {
        foreach (int depth in new[] { 100, 9000 })
        {
            string deep = new string('[', depth) + new string(']', depth);
            using var server = new Scripted($$"""{"ret":0,"rooms":[],"deep":{{deep}},"token":"hunter2"}""");
            using AvdClient avd = server.Avd();
            AvdRoomListReply reply = avd.Room.List();
            Assert.Equal(0, reply.Ret);
            Assert.Equal(deep, reply.Json.GetProperty("deep").GetRawText());
            Assert.Equal(reply.ToString(), JsonSerializer.Serialize(reply));
            Assert.DoesNotContain("hunter2", reply.ToString(), StringComparison.Ordinal);
        }
        // Deeper ones would take long: no member of them is read, and nothing of them is shown.
        string abyss = new string('[', 1_000_000);
        using var far = new Scripted($$"""{"ret":0,"deep":{{abyss}}{{abyss.Replace('[', ']')}},"token":"hunter2"}""");
        using AvdClient lost = far.Avd();
        AvdRoomListReply answer = lost.Room.List();
        var problem = Assert.Throws<MeetgateProtocolException>(() => answer.Ret);
        Assert.Contains(
            "avd.room.list: the answer is not JSON: The maximum", problem.Message, StringComparison.Ordinal);
        Assert.Equal("(not JSON)", answer.ToString());
        Assert.Equal(2_000_000, answer.RawText.Count(letter => letter is '[' or ']'));
    }

    [Fact]
    public static void An_empty_answer_is_a_failure()
    {
        foreach (string nothing in new[] { "", " ", "\ufeff" })
        {
            using var server = new Scripted("200 OK\n" + nothing);
            using AvdClient avd = server.Avd();
            Assert.Throws<MeetgateProtocolException>(() => avd.Room.List());
            Assert.Throws<MeetgateProtocolException>(() => new Reply(nothing).Json);
            Assert.Equal("(not JSON)", new Reply(nothing).ToString());
        }
    }

    [Fact]
    public static void A_long_answer_is_whole()
    {
        string rooms = string.Join(",", Enumerable.Range(0, 50_000).Select(i => $$"""{"room_id":"房{{i}}"}"""));
        using var server = new Scripted($$"""{"ret":0,"rooms":[{{rooms}}]}""");
        using AvdClient avd = server.Avd();
        AvdRoomListReply reply = avd.Room.List();
        Assert.Equal(50_000, reply.Rooms.Count);
        Assert.Equal("房49999", reply.Rooms[^1].RoomId);
    }

    /// <summary>A server whose answer is these bytes.</summary>
    private sealed class Bytes : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        internal Bytes(byte[] body)
        {
            listener.Start();
            new Thread(() =>
            {
                try
                {
                    using TcpClient connection = listener.AcceptTcpClient();
                    using NetworkStream stream = connection.GetStream();
                    stream.Write(
                        Encoding.ASCII.GetBytes(
                            $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
                    stream.Write(body);
                    // Until the client hangs up.
                    while (stream.ReadByte() >= 0)
                    {
                    }
                }
                catch (Exception problem) when (problem is IOException or SocketException or ObjectDisposedException)
                {
                }
            })
            { IsBackground = true }.Start();
        }

        internal string Url => "http://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port;

        public void Dispose() => listener.Stop();
    }
}
