using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Calls that fail on their way.</summary>
public static class FailureTests
{
    [Fact]
    public static void A_redirect_names_its_target_and_a_busy_server_its_pause()
    {
        var redirect = Assert.Throws<MeetgateHttpException>(
            () => Answered("302 Found; Location: https://login.example/in?key=secret\n"));
        Assert.Equal("https://login.example/in", redirect.Location);
        Assert.Null(redirect.ErrorClass);
        Assert.Null(redirect.RetryAfter);
        var busy = Assert.Throws<MeetgateHttpException>(() => Answered("503 Service Unavailable; Retry-After: 2\n"));
        Assert.Equal(TimeSpan.FromSeconds(2), busy.RetryAfter);
        Assert.True(busy.Retryable);
        foreach (string odd in new[] { "9223372036854775807", "99999999999999999999999999", "-1", "soon", "1e400" })
        {
            // Whatever the library makes of it, it can be asked for.
            var problem = Assert.Throws<MeetgateHttpException>(
                () => Answered($"503 Service Unavailable; Retry-After: {odd}\n"));
            Assert.False(problem.RetryAfter < TimeSpan.Zero);
        }
    }

    [Fact]
    public static void What_was_never_sent_has_no_attempt()
    {
        using var avd = new AvdClient(baseUrl: "http://127.0.0.1:1", token: "t");
        Assert.Equal(
            0, Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Call("avd.room.read", "{}")).Attempts);
    }

    [Fact]
    public static void Nobody_listens()
    {
        // A port that is taken, and where nobody listens.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var avd = new AvdClient(
            baseUrl: "http://127.0.0.1:" + ((IPEndPoint)taken.LocalEndPoint!).Port, token: "t");
        var problem = Assert.Throws<MeetgateNetworkException>(() => avd.Room.Read(roomId: "1"));
        Assert.True(problem.Retryable);
        Assert.StartsWith("avd.room.read: ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void What_is_no_answer_of_the_platform()
    {
        var http = Assert.Throws<MeetgateHttpException>(() => Answered("502 Bad Gateway\n<html>坏网关</html>"));
        Assert.Equal(502, http.HttpStatus);
        Assert.Equal("<html>坏网关</html>", http.ReplyText);
        Assert.Null(http.Reply);
        Assert.StartsWith("avd.room.list: ", http.Message, StringComparison.Ordinal);
        var protocol = Assert.Throws<MeetgateProtocolException>(() => Answered("[1,"));
        Assert.Equal("[1,", protocol.ReplyText);
        Assert.Throws<MeetgateProtocolException>(() => Answered("""{"ret":0} {}"""));
        Assert.Throws<MeetgateProtocolException>(() => Answered("""{"ret":01}"""));
        Assert.Throws<MeetgateProtocolException>(() => Answered("""{"ret":0,}"""));
    }

    [Fact]
    public static void A_server_that_speaks_no_tls()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = new Thread(() =>
        {
            using TcpClient connection = listener.AcceptTcpClient();
            connection.GetStream().Write(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
            try
            {
                // Until the client hangs up.
                while (connection.GetStream().ReadByte() >= 0)
                {
                }
            }
            catch (IOException)
            {
            }
        });
        server.Start();
        string url = "https://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port;
        using var avd = new AvdClient(baseUrl: url, token: "t", timeoutMs: 20_000);
        Assert.Throws<MeetgateTlsException>(() => avd.Room.List());
        Assert.True(server.Join(Soon.Patience));
    }

    [Fact]
    public static void An_answer_that_is_too_large()
    {
        using var server = new Scripted($$"""{"ret":0,"fill":"{{new string('x', 5000)}}"}""");
        using var small = new AvdClient(baseUrl: server.Url, token: "t", maxReplyBytes: 1024);
        Assert.Throws<MeetgateLimitException>(() => small.Room.List());
        using AvdClient avd = server.Avd();
        Assert.True(avd.Room.List().RawText.Length > 5000);
    }

    [Fact]
    public static void A_file_that_is_not_there()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        var problem = Assert.Throws<MeetgateIOException>(() => avd.Uploadfile("/no/such/picture.png"));
        Assert.Contains("/no/such/picture.png", problem.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Count());
    }

    private static void Answered(string answer)
    {
        using var server = new Scripted(answer);
        using AvdClient avd = server.Avd();
        avd.Room.List();
    }
}
