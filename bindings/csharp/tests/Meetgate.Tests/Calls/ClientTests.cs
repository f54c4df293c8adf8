using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>The ways to make and call a client, from one thread and from many.</summary>
public static class ClientTests
{
    [Fact]
    public static void Chinese_and_emoji_come_back_as_they_went()
    {
        const string Topic = "周会 😀 \"quoted\" \\ / \u2028 & <b> 100% +é \uffff";
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        avd.Room.Create(userId: "16", roomId: "12345123457", topic: Topic);
        Assert.Equal(Topic, avd.Room.Read(roomId: "12345123457").Data!.Topic);
    }

    [Fact]
    public static void A_client_is_made_from_text_or_named_arguments()
    {
        using var server = new Scripted(Scripted.Success);
        string config = $$"""{ "base_url":"{{server.Url}}", "token":"t" }""";
        using var left = new AvdClient(config);
        using var given = new AvdClient("{\"platform\":\"avd\"," + config[1..]);
        using var marked = new AvdClient("\ufeff" + config);
        using var named = new AvdClient(baseUrl: server.Url, token: "t", validate: false, userAgent: "tests");
        left.Room.List();
        given.Room.List();
        marked.Room.List();
        named.Call("avd.room.list", new JsonObject { ["unknown"] = "passes" });
        Assert.Equal(4, server.Count("/sdkapi/v2/room/list"));
        Assert.Equal(1, server.Count("unknown=passes"));
    }

    [Fact]
    public static async Task Calls_by_name_and_raw_calls()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        var room = new JsonObject { ["room_id"] = "12345123456" };
        var request = new JsonObject
        {
            ["method"] = "GET",
            ["path"] = "/sdkapi/v2/room/read",
            ["query"] = room.DeepClone(),
        };
        foreach (Reply reply in new[]
        {
            avd.Call("avd.room.read", room),
            avd.Call("avd.room.read", room.ToJsonString()),
            await avd.CallAsync("avd.room.read", room),
            await avd.CallAsync("avd.room.read", room.ToJsonString()),
            avd.RawCall(request),
            avd.RawCall(request.ToJsonString()),
            await avd.RawCallAsync(request),
            await avd.RawCallAsync(request.ToJsonString()),
        })
        {
            Assert.Equal("周会", reply.Json.GetProperty("data").GetProperty("topic").GetString());
        }
    }

    [Fact]
    public static void A_call_by_name_needs_no_parameters()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        avd.Call("avd.room.list");
        avd.Call("avd.room.list", null);
        avd.Call("avd.room.list", (JsonObject?)null);
        avd.Call("avd.room.list", (string?)null);
        avd.Call("avd.room.list", new JsonObject());
        Assert.Equal(5, server.Count("/sdkapi/v2/room/list?token=a-fixed-token"));
    }

    [Fact]
    public static async Task Sixteen_asynchronous_calls_run_side_by_side()
    {
        // None is answered before all have arrived.
        using var all = new CountdownEvent(16);
        using var server = new Scripted(_ =>
        {
            all.Signal();
            Soon.Comes(all);
            return Scripted.Success;
        });
        using AvdClient avd = server.Avd();
        Task<AvdReply>[] calls = [.. Enumerable.Range(0, 16).Select(i => avd.Room.CloseAsync(roomId: "room-" + i))];
        await Soon.Ends(Task.WhenAll(calls));
        Assert.All(Enumerable.Range(0, 16), i => Assert.Equal(1, server.Count($"room_id=room-{i} ")));
    }

    [Fact]
    public static void Many_threads_use_one_client()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        int right = 0;
        Thread[] threads = [.. Enumerable.Range(0, 16).Select(t => new Thread(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                string room = (t + i) % 2 == 0 ? "12345123456" : "98765432100";
                if (avd.Room.Participate.List(roomId: room).Participates.Count > 0)
                {
                    Interlocked.Increment(ref right);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(16 * 20, right);
    }

    [Fact]
    public static async Task Asynchronous_failures_are_the_same_exceptions()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        var problem = await Assert.ThrowsAsync<MeetgateNotFoundException>(
            () => avd.Room.ReadAsync(roomId: "40400000000"));
        Assert.Equal(40004, problem.Code);
        Assert.Equal("room.read", problem.Operation);
    }

    [Fact]
    public static async Task An_awaited_call_keeps_no_thread_of_the_pool_and_the_callers_values()
    {
        var value = new AsyncLocal<string> { Value = "mine" };
        using var server = new Scripted(Scripted.Success);
        string? seen = null;
        bool? isOfPool = null;
        using var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ =>
        {
            seen = value.Value;
            isOfPool = Thread.CurrentThread.IsThreadPoolThread;
            return "t";
        });
        await avd.Room.ListAsync();
        Assert.Equal("mine", seen);
        Assert.False(isOfPool);
    }

    [Fact]
    public static async Task What_goes_on_after_an_awaited_call_holds_up_no_other()
    {
        // A continuation of a call that has ended would run here, and hold up this test.
        using var attached = new ManualResetEventSlim();
        using var server = new Scripted(_ =>
        {
            Soon.Comes(attached);
            return Scripted.Success;
        });
        using AvdClient avd = server.Avd();
        using var stay = new ManualResetEventSlim();
        // A continuation that blocks, on purpose, wherever it runs.
        Task blocked = avd.Room.ListAsync().ContinueWith(
            _ => Soon.Comes(stay),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        attached.Set();
        var other = new ConcurrentBag<AvdRoomListReply>();
        for (int i = 0; i < 8; i++)
        {
            other.Add(await Soon.Ends(avd.Room.ListAsync()));
        }
        Assert.Equal(8, other.Count);
        Assert.False(blocked.IsCompleted);
        stay.Set();
        await Soon.Ends(blocked);
    }

    [Fact]
    public static async Task A_caller_that_blocks_on_an_awaited_call_does_not_wait_for_itself()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource();
        await Soon.Ends(Task.Factory.StartNew(
            () =>
            {
                // As on the thread of a window, which is busy until this comes back.
                SynchronizationContext.SetSynchronizationContext(new Busy());
                Assert.Equal(0, avd.Room.ListAsync(cancellationToken: source.Token).GetAwaiter().GetResult().Ret);
                avd.DisposeAsync().AsTask().GetAwaiter().GetResult();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
    }

    [Fact]
    public static async Task A_caller_whose_context_does_not_flow_is_served_too()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        Task<AvdRoomListReply> call;
        using (ExecutionContext.SuppressFlow())
        {
            call = avd.Room.ListAsync();
        }
        Assert.Equal(0, (await Soon.Ends(call)).Ret);
    }

    private sealed class Busy : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
