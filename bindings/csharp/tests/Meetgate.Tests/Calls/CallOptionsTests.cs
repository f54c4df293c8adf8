using System;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Options of single calls: of each kind of call, and over views of a client.</summary>
public static class CallOptionsTests
{
    private const string RawRequest = """{"method":"GET","path":"/x"}""";
    private static readonly CallOptions Small = new() { MaxReplyBytes = 1024 };
    private static readonly CallOptions Large = new() { MaxReplyBytes = 100_000 };
    private static readonly string Long = $$"""{"ret":0,"fill":"{{new string('x', 5000)}}"}""";

    [Fact]
    public static async Task Options_hold_for_every_kind_of_call()
    {
        using var server = new Scripted(Long);
        using AvdClient avd = server.Avd();
        JsonNode request = JsonNode.Parse(RawRequest)!;
        Func<CallOptions?, Task<Reply>>[] kinds =
        [
            options => Task.FromResult<Reply>(avd.Room.List(options)),
            async options => await avd.Room.ListAsync(options),
            options => Task.FromResult<Reply>(avd.Room.Create(new AvdRoomCreateRequest("16"), options)),
            async options => await avd.Room.CreateAsync(new AvdRoomCreateRequest("16"), options),
            options => Task.FromResult(avd.Call("avd.room.list", options: options)),
            async options => await avd.CallAsync("avd.room.list", options: options),
            options => Task.FromResult(avd.RawCall(RawRequest, options)),
            options => Task.FromResult(avd.RawCall(request.AsObject(), options)),
            async options => await avd.RawCallAsync(RawRequest, options),
            async options => await avd.RawCallAsync(request.AsObject(), options),
        ];
        foreach (Func<CallOptions?, Task<Reply>> call in kinds)
        {
            var problem = await Assert.ThrowsAsync<MeetgateLimitException>(() => call(Small));
            Assert.Contains("max_reply_bytes", problem.Message, StringComparison.Ordinal);
            Assert.Equal(Long, (await call(null)).RawText);
            Assert.Equal(Long, (await call(new CallOptions())).RawText);
        }
    }

    [Fact]
    public static async Task A_view_has_its_options_for_all_its_calls()
    {
        using var server = new Scripted(Long);
        using AvdClient avd = server.Avd();
        AvdClient small = avd.With(Small);
        Assert.Throws<MeetgateLimitException>(() => small.Room.List());
        Assert.Throws<MeetgateLimitException>(() => small.Room.Participate.List("1"));
        Assert.Throws<MeetgateLimitException>(() => small.Call("avd.room.list"));
        Assert.Throws<MeetgateLimitException>(() => small.RawCall(RawRequest));
        await Assert.ThrowsAsync<MeetgateLimitException>(() => small.RawCallAsync(RawRequest));
        Assert.Equal(Long, avd.Room.List().RawText);
    }

    [Fact]
    public static void A_calls_own_options_stand_over_those_of_its_view_member_by_member()
    {
        using var server = new Scripted(Long);
        using AvdClient avd = server.Avd();
        AvdClient small = avd.With(Small);
        Assert.Equal(Long, small.Room.List(Large).RawText);
        // What is null in the upper ones shows the lower.
        Assert.Throws<MeetgateLimitException>(
            () => small.Room.List(new CallOptions { Timeout = TimeSpan.FromSeconds(20) }));
        AvdClient both = small.With(new CallOptions { Timeout = TimeSpan.Zero });
        string message = Assert.Throws<MeetgateInvalidArgumentException>(() => both.Room.List()).Message;
        Assert.Contains("timeout_ms", message, StringComparison.Ordinal);
        Assert.Throws<MeetgateLimitException>(
            () => both.Room.List(new CallOptions { Timeout = TimeSpan.FromSeconds(20) }));
        Assert.Equal(
            Long, both.With(Large).With(new CallOptions { Timeout = TimeSpan.FromSeconds(20) }).Room.List().RawText);
        Assert.Equal(Long, avd.Room.List().RawText);
    }

    [Fact]
    public static void A_view_keeps_the_options_that_it_was_made_with()
    {
        using var server = new Scripted(Long);
        using AvdClient avd = server.Avd();
        var options = new CallOptions { MaxReplyBytes = 1024 };
        AvdClient small = avd.With(options);
        options.MaxReplyBytes = 100_000;
        Assert.Throws<MeetgateLimitException>(() => small.Room.List());
    }

    [Fact]
    public static void Options_that_cannot_be_right()
    {
        using var server = new Scripted(Scripted.Silence);
        using AvdClient avd = server.Avd();
        Refused(new CallOptions { Timeout = TimeSpan.Zero }, "timeout_ms");
        Refused(new CallOptions { Timeout = TimeSpan.FromMilliseconds(-1) }, "timeout_ms");
        Refused(new CallOptions { Timeout = System.Threading.Timeout.InfiniteTimeSpan }, "timeout_ms");
        Refused(new CallOptions { Timeout = TimeSpan.MaxValue }, "timeout_ms");
        Refused(new CallOptions { ConnectTimeout = TimeSpan.FromDays(2) }, "connect_timeout_ms");
        Refused(new CallOptions { MaxReplyBytes = 1023 }, "max_reply_bytes");
        Refused(new CallOptions { AttemptTimeout = TimeSpan.Zero }, "attempt_timeout_ms");
        Refused(new CallOptions { MaxAttempts = 0 }, "max_attempts");
        Assert.Equal(0, server.Count());
        // Less than a millisecond is not none.
        Assert.Throws<MeetgateTimeoutException>(
            () => avd.Room.List(new CallOptions { Timeout = TimeSpan.FromTicks(1) }));

        void Refused(CallOptions options, string key)
        {
            var problem = Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Room.List(options));
            Assert.Contains(key, problem.Message, StringComparison.Ordinal);
            Assert.Throws<MeetgateInvalidArgumentException>(() => avd.With(options).RawCall(RawRequest));
        }
    }

    [Fact]
    public static async Task Time_runs_out_for_the_call_that_has_the_limit()
    {
        using var server = new Scripted(request => request.Has("/room/list") ? Scripted.Success : Scripted.Silence);
        using AvdClient avd = server.Avd();
        var quick = new CallOptions { Timeout = TimeSpan.FromMilliseconds(200) };
        var problem = Assert.Throws<MeetgateTimeoutException>(() => avd.Room.Read("1", quick));
        Assert.Equal("TIMEOUT", problem.StatusName);
        await Assert.ThrowsAsync<MeetgateTimeoutException>(() => Soon.Ends(avd.Room.ReadAsync("1", quick)));
        Assert.Throws<MeetgateTimeoutException>(() => avd.With(quick).Room.Read("1"));
        avd.Room.List(quick);
    }
}
