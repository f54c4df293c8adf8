using System;
using System.Text.Json;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>What the calls of a client came to, and what one call was like.</summary>
public static class StatsTests
{
    [Fact]
    public static async Task Calls_and_failures_are_counted()
    {
        using var server = new Scripted(
            request => request.Has("room/read") ? """{"ret":40004,"msg":"no"}""" : Scripted.Success);
        using AvdClient avd = server.Avd();
        avd.Room.List();
        await Soon.Ends(avd.Room.ListAsync());
        Assert.Throws<MeetgateNotFoundException>(() => avd.Room.Read("1"));
        ClientStats stats = avd.Stats();
        Assert.Equal("avd", stats.Platform);
        Assert.Equal(3, stats.Requests);
        Assert.Equal(0, stats.Repeated);
        Assert.Equal(0, stats.Ahead);
        Assert.Equal(0, stats.TokensFetched);
        Assert.Equal((0, 0), (stats.EventsConnected, stats.EventsLost));
        Assert.Equal(3, stats.ConnectionsOpened + stats.ConnectionsReused);
        Assert.Equal(2, stats.Operations.Count);
        ClientStats.OperationStats listed = stats.Operations["avd.room.list"];
        Assert.Equal(2, listed.Calls);
        Assert.Empty(listed.Failed);
        Assert.True(listed.Durations!.Max > TimeSpan.Zero);
        Assert.True(listed.Durations.P50 > TimeSpan.Zero && listed.Durations.P50 <= listed.Durations.P99);
        Assert.NotNull(listed.Durations.P90);
        ClientStats.OperationStats read = stats.Operations["avd.room.read"];
        Assert.Equal(1, read.Calls);
        Assert.Equal(1, read.Failed["API"]);
        Assert.Equal(stats.RawText, JsonSerializer.Serialize(stats));
        // A view is the same client.
        Assert.Equal(3, avd.With(new CallOptions()).Stats().Requests);
    }

    [Fact]
    public static void A_client_without_calls_has_none()
    {
        using var avd = new AvdClient(baseUrl: "http://127.0.0.1:1", token: "t");
        Assert.Empty(avd.Stats().Operations);
        Assert.Equal(0, avd.Stats().Requests);
    }

    [Fact]
    public static void Idle_connections_are_closed()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        avd.Room.List();
        avd.Room.List();
        Assert.Equal(1, avd.Stats().ConnectionsOpened);
        avd.CloseIdle();
        avd.Room.List();
        Assert.Equal(2, avd.Stats().ConnectionsOpened);
        Assert.Equal(1, avd.Stats().ConnectionsReused);
    }

    [Theory]
    [InlineData("""{"ret":0,"msg":"success"}""")]
    [InlineData("""{ "ret":0, "data":{"topic":"\",\"facts\":{"},"facts":{"attempts":7}}""")]
    public static async Task The_facts_of_a_call_leave_its_reply_as_it_came(string answer)
    {
        using var server = new Scripted(answer);
        using AvdClient avd = server.Avd();
        var facts = new CallFacts();
        Assert.False(facts.IsFilled);
        Assert.Equal(0, facts.Attempts);
        Assert.Null(facts.Durations);
        Assert.Equal("", facts.ToString());
        var options = new CallOptions { Facts = facts };
        Assert.Equal(answer, avd.Room.Read("1", options).RawText);
        Assert.True(facts.IsFilled);
        Assert.Equal(200, facts.HttpStatus);
        Assert.Equal(1, facts.Attempts);
        Assert.False(facts.ReusedConnection);
        Assert.True(facts.SentBytes > 50 && facts.ReceivedBytes > answer.Length);
        Assert.True(facts.Durations!.Total > TimeSpan.Zero && facts.Durations.Connect > TimeSpan.Zero);
        Assert.Contains("\"attempts\":1", facts.ToString(), StringComparison.Ordinal);
        Assert.Equal(answer, (await Soon.Ends(avd.Room.ReadAsync("1", options))).RawText);
        Assert.True(facts.ReusedConnection);
        Assert.Null(facts.Durations.Connect);
        Assert.Equal(answer, avd.RawCall("""{"method":"GET","path":"/x"}""", options).RawText);
        // Of a view, and over a view's.
        var ofView = new CallFacts();
        AvdClient view = avd.With(new CallOptions { Facts = ofView });
        view.Room.List();
        Assert.True(ofView.IsFilled);
        var own = new CallFacts();
        view.Room.List(new CallOptions { Facts = own });
        Assert.True(own.IsFilled);
        Assert.NotEqual("", own.ToString());
    }

    [Fact]
    public static void A_call_that_fails_leaves_its_facts_alone()
    {
        using var server = new Scripted("""{"ret":40004,"msg":"no"}""");
        using AvdClient avd = server.Avd();
        var facts = new CallFacts();
        Assert.Throws<MeetgateNotFoundException>(() => avd.Room.Read("1", new CallOptions { Facts = facts }));
        Assert.False(facts.IsFilled);
    }

    [Fact]
    public static void Which_token_it_was_is_a_fact()
    {
        using var sandbox = new Sandbox();
        var facts = new CallFacts();
        using var avd = new AvdClient(sandbox.Avd);
        avd.Room.List(new CallOptions { Facts = facts });
        Assert.Equal(1, facts.TokenGeneration);
    }
}
