using System;
using System.Text.Json;
using Xunit;

namespace Meetgate.Tests;

/// <summary>What a session of events tells, from the event gateway of the sandbox.</summary>
public static class EventTests
{
    [Fact]
    public static void Changes_are_told_after_the_full_state_with_all_their_members()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        using HstEventSession session = hst.CreateEventSession(Quick());
        using var log = new EventLog(session);
        session.Start();

        HstEvent connected = log.Next(HstEventType.Connected);
        Assert.Null(connected.AppId);
        Assert.Null(connected.Data);
        Assert.Null(connected.Reason);
        HstEvent state = log.Next(HstEventType.State);
        Assert.Equal((Sandbox.App, 4, HstStateReason.Opened), (state.AppId, state.Version, state.Reason));
        Assert.Equal(Sandbox.Group, state.Data!.Value.GetProperty("group_list")[0].GetProperty("group_id").GetString());

        sandbox.Join("u1003");
        HstEvent joined = log.Next(HstEventType.Joined);
        Assert.Equal(
            (Sandbox.App, Sandbox.Group, 20100, 5), (joined.AppId, joined.GroupId, joined.Id, joined.Version));
        Assert.Equal("u1003", joined.Data!.Value.GetProperty("user_id").GetString());
        Assert.Null(joined.Error);
        Assert.Null(joined.NextAttempt);
        // Its JSON, also for a serializer.
        Assert.Equal(joined.RawText, JsonSerializer.Serialize(joined));
        Assert.Equal(joined.RawText, joined.ToString());

        sandbox.Broadcast("u1003", "s1003", 0);
        HstEvent started = log.Next(HstEventType.Started);
        Assert.Equal((20102, 6), (started.Id, started.Version));
        Assert.Equal(0, started.Data!.Value.GetProperty("media_type").GetInt32());
        sandbox.StopBroadcast("u1003", "s1003", 0);
        Assert.Equal((20103, 7), Numbers(log.Next(HstEventType.Stopped)));
        sandbox.Leave("u1003");
        Assert.Equal((20101, 8), Numbers(log.Next(HstEventType.Left)));

        hst.Record.Finish("3b9e5f70c8d24a61b7f4e2d1a0c68593", Sandbox.App);
        HstEvent recording = log.Next(HstEventType.Recording);
        Assert.Equal((20104, (long?)null), Numbers(recording));
        Assert.Equal("g2002", recording.GroupId);
        Assert.Equal(
            "3b9e5f70c8d24a61b7f4e2d1a0c68593", recording.Data!.Value.GetProperty("record_id").GetString());
    }

    [Fact]
    public static void A_version_that_was_left_out_brings_a_full_state()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        using HstEventSession session = hst.CreateEventSession(Quick());
        using var log = new EventLog(session);
        session.Start();
        log.Begin();
        sandbox.Plan("""{"operation":"hst.gateway.user_joined","kind":"drop","times":1}""");
        sandbox.Join("u1003");
        sandbox.Broadcast("u1003", "a1003", 1);
        HstEvent state = log.Next(HstEventType.State);
        Assert.Equal((HstStateReason.Gap, 6), (state.Reason, state.Version));
        // What is in the state is not told again.
        sandbox.Leave("u1003");
        Assert.Equal((20103, 7), Numbers(log.Next(HstEventType.Stopped)));
        Assert.Equal((20101, 8), Numbers(log.Next(HstEventType.Left)));
    }

    [Theory]
    [InlineData("duplicate")]
    [InlineData("reorder")]
    public static void An_event_that_came_twice_or_late_is_told_once_and_in_order(string fault)
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        using HstEventSession session = hst.CreateEventSession(Quick());
        using var log = new EventLog(session);
        session.Start();
        log.Begin();
        sandbox.Plan($$"""{"operation":"hst.gateway.user_joined","kind":"{{fault}}","times":1}""");
        sandbox.Join("u1003");
        sandbox.Broadcast("u1003", "a1003", 1);
        if (fault == "duplicate")
        {
            Assert.Equal((20100, 5), Numbers(log.Next(HstEventType.Joined)));
            Assert.Equal((20102, 6), Numbers(log.Next(HstEventType.Started)));
        }
        else
        {
            Assert.Equal((HstStateReason.Gap, 6), (log.Next(HstEventType.State) is var state ? state.Reason : null, state.Version));
        }
        sandbox.Join("u1004");
        Assert.Equal((20100, 7), Numbers(log.Next(HstEventType.Joined)));
    }

    [Fact]
    public static void A_connection_that_is_lost_is_told_and_made_anew()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        using HstEventSession session = hst.CreateEventSession(Quick());
        using var log = new EventLog(session);
        session.Start();
        log.Begin();
        sandbox.CutEventSessions();
        HstEvent lost = log.Next(HstEventType.Disconnected);
        Assert.Equal("NETWORK", Assert.IsType<MeetgateNetworkException>(lost.Error).StatusName);
        Assert.Same(lost.Error, lost.Error);
        Assert.InRange(lost.NextAttempt!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(50));
        log.Next(HstEventType.Connected);
        Assert.Equal(HstStateReason.Reconnected, log.Next(HstEventType.State).Reason);
        sandbox.Join("u1003");
        log.Next(HstEventType.Joined);
        ClientStats stats = hst.Stats();
        Assert.Equal((2, 1), (stats.EventsConnected, stats.EventsLost));
    }

    [Fact]
    public static void A_gateway_that_cannot_be_reached_is_told_without_a_secret()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        EventsOptions options = Quick();
        options.Url = "ws://127.0.0.1:1/events";
        using HstEventSession session = hst.CreateEventSession(options);
        using var log = new EventLog(session);
        session.Start();
        HstEvent lost = log.Next(HstEventType.Disconnected);
        Assert.Contains("127.0.0.1:1", lost.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Sandbox.Key(sandbox.Hst, "dev_secret"), lost.RawText + lost + lost.Error, StringComparison.Ordinal);
        log.Next(HstEventType.Disconnected);
    }

    [Fact]
    public static void A_token_of_a_provider_logs_in_and_a_slow_one_is_told()
    {
        using var sandbox = new Sandbox("--control");
        using var stays = new HstClient(
            baseUrl: sandbox.Url,
            tokenTimeoutMs: 200,
            discoveryUrl: sandbox.Url + "/server/address",
            asyncTokenProvider: async (_, token) =>
            {
                await System.Threading.Tasks.Task.Delay(-1, token);
                return "never";
            });
        EventsOptions options = Quick();
        options.DevId = Sandbox.Key(sandbox.Hst, "dev_id");
        using HstEventSession session = stays.CreateEventSession(options);
        using var log = new EventLog(session);
        session.Start();
        HstEvent lost = log.Next(HstEventType.Disconnected);
        Assert.Contains("no answer within 200 ms", lost.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void An_event_of_a_programs_own_has_its_members()
    {
        var told = new HstEvent("""{"type":"renamed","reason":"new","next_attempt_ms":1500,"error":{"status":"SHINY","message":"m"}}""");
        Assert.Equal((HstEventType.Unknown, HstStateReason.Unknown), (told.Type, told.Reason));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), told.NextAttempt);
        // Of a later library: the message stays.
        Assert.Equal("m", told.Error!.Message);
        Assert.Equal("renamed", told.Json.GetProperty("type").GetString());
        Assert.Equal(HstEventType.Other, new HstEvent("""{"type":"other","id":1,"data":{}}""").Type);
        Assert.Equal(HstStateReason.Overflow, new HstEvent("""{"reason":"overflow"}""").Reason);
        Assert.Equal(HstStateReason.Unasked, new HstEvent("""{"reason":"unasked"}""").Reason);
        Assert.Equal("""{"data":{"token":"***"}}""", new HstEvent("""{"data":{"token":"t"}}""").ToString());
    }

    internal static EventsOptions Quick() => new()
    {
        AppIds = [Sandbox.App],
        Pause = TimeSpan.FromMilliseconds(10),
        MaxPause = TimeSpan.FromMilliseconds(50),
    };

    private static (long? Id, long? Version) Numbers(HstEvent told) => (told.Id, told.Version);
}
