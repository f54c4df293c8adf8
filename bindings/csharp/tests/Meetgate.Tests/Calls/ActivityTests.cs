using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>What traces see of a call.</summary>
public static class ActivityTests
{
    [Fact]
    public static async Task A_call_is_an_activity_named_after_its_operation()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        using var seen = new Seen();
        avd.Room.List();
        await avd.Room.ListAsync();
        avd.Call("avd.room.list");
        await avd.RawCallAsync("""{"method":"GET","path":"/x"}""");
        Assert.Equal(
            ["avd.room.list", "avd.room.list", "avd.room.list", "avd.raw_call"],
            seen.Activities.Select(one => one.DisplayName));
        Assert.All(seen.Activities, one =>
        {
            Assert.Equal(ActivityKind.Client, one.Kind);
            Assert.Equal("OK", one.GetTagItem("meetgate.status"));
            Assert.Equal(ActivityStatusCode.Unset, one.Status);
            Assert.Null(one.GetTagItem("error.type"));
            Assert.Equal(seen.Trace, one.TraceId);
            Assert.True(one.IsStopped);
            Assert.Equal("Meetgate", one.Source.Name);
            Assert.False(string.IsNullOrEmpty(one.Source.Version));
        });
        Assert.Equal("avd", seen.Activities[0].GetTagItem("meetgate.platform"));
    }

    [Fact]
    public static async Task A_failure_has_its_status_code_and_attempts()
    {
        using var server = new Scripted(
            request => request.Has("get_token") ? """{"ret":0,"token":"t"}""" : """{"ret":40004,"msg":"no"}""");
        using var avd = new AvdClient(baseUrl: server.Url, accessKey: "a", secretKey: "s");
        using var seen = new Seen();
        Assert.Throws<MeetgateNotFoundException>(() => avd.Room.Read("1"));
        await Assert.ThrowsAsync<MeetgateNotFoundException>(() => avd.Room.ReadAsync("1"));
        Assert.Equal(2, seen.Activities.Count);
        Assert.All(seen.Activities, one =>
        {
            Assert.Equal("avd.room.read", one.DisplayName);
            Assert.Equal(ActivityStatusCode.Error, one.Status);
            Assert.Contains("40004", one.StatusDescription, StringComparison.Ordinal);
            Assert.Equal("API", one.GetTagItem("meetgate.status"));
            Assert.Equal(40004L, one.GetTagItem("meetgate.code"));
            Assert.Equal(1, one.GetTagItem("meetgate.attempts"));
            Assert.Equal(200, one.GetTagItem("http.response.status_code"));
            Assert.Equal("Meetgate.MeetgateNotFoundException", one.GetTagItem("error.type"));
        });
    }

    [Fact]
    public static void What_is_refused_before_it_is_sent_is_seen_too()
    {
        using var server = new Scripted(Scripted.Success);
        AvdClient avd = server.Avd();
        using var seen = new Seen();
        Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Room.Read("\ud83d"));
        Activity one = Assert.Single(seen.Activities);
        Assert.Equal("INVALID_ARGUMENT", one.GetTagItem("meetgate.status"));
        Assert.Equal("avd.room.read", one.DisplayName);
        avd.Dispose();
        Assert.Throws<ObjectDisposedException>(() => avd.Room.List());
        // Nothing was begun.
        Assert.Single(seen.Activities);
    }

    [Fact]
    public static async Task A_call_that_is_ended_says_so()
    {
        using var server = new Scripted(Scripted.Silence);
        AvdClient avd = server.Avd();
        using var seen = new Seen();
        using var source = new CancellationTokenSource();
        Task cancelled = avd.Room.ListAsync(cancellationToken: source.Token);
        server.Await(1);
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(cancelled));
        Task disposed = avd.Room.ListAsync();
        server.Await(2);
        avd.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.Ends(disposed));
        Assert.Equal(2, seen.Activities.Count);
        Assert.All(seen.Activities, one =>
        {
            Assert.Equal("CANCELLED", one.GetTagItem("meetgate.status"));
            Assert.Equal(1, one.GetTagItem("meetgate.attempts"));
            Assert.Equal(ActivityStatusCode.Error, one.Status);
            Assert.StartsWith("System.O", (string?)one.GetTagItem("error.type"), StringComparison.Ordinal);
        });
        var before = new CallOptions { CancellationToken = source.Token };
        Assert.Throws<OperationCanceledException>(() => server.Avd().Room.List(before));
        // Nothing was begun.
        Assert.Equal(2, seen.Activities.Count);
    }

    [Fact]
    public static void No_secret_is_in_an_activity()
    {
        using var server = new Scripted("""{"ret":40004,"msg":"no","token":"hunter2"}""");
        using var avd = new AvdClient(baseUrl: server.Url, token: "hunter2");
        using var seen = new Seen();
        Assert.Throws<MeetgateNotFoundException>(() => avd.Sip.Account.Create("n", "hunter2", "1", 7));
        Activity one = Assert.Single(seen.Activities);
        Assert.DoesNotContain(
            "hunter2", one.StatusDescription + string.Concat(one.TagObjects), StringComparison.Ordinal);
    }

    [Fact]
    public static void A_providers_own_work_is_inside_of_the_call_that_needs_the_token()
    {
        using var server = new Scripted(Scripted.Success);
        Activity? inside = null;
        using var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ =>
        {
            inside = Activity.Current;
            return "t";
        });
        using var seen = new Seen();
        avd.Room.List();
        Assert.Same(Assert.Single(seen.Activities), inside);
    }

    /// <summary>The activities of this flow alone: other tests run at the same time.</summary>
    private sealed class Seen : IDisposable
    {
        private readonly Activity around = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        private readonly List<Activity> stopped = [];
        private readonly ActivityListener listener;

        internal Seen()
        {
            listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "Meetgate",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity =>
                {
                    if (activity.TraceId == around.TraceId)
                    {
                        lock (stopped)
                        {
                            stopped.Add(activity);
                        }
                    }
                },
            };
            ActivitySource.AddActivityListener(listener);
        }

        internal ActivityTraceId Trace => around.TraceId;

        internal IReadOnlyList<Activity> Activities
        {
            get
            {
                lock (stopped)
                {
                    return [.. stopped];
                }
            }
        }

        public void Dispose()
        {
            listener.Dispose();
            around.Dispose();
        }
    }
}
