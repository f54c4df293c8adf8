using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>The end of a client, at any moment.</summary>
public static class DisposalTests
{
    [Fact]
    public static async Task Disposing_waits_for_nobody_and_breaks_nothing()
    {
        using var answer = new ManualResetEventSlim();
        using var server = new Scripted(_ =>
        {
            Soon.Comes(answer);
            return Scripted.Success;
        });
        AvdClient avd = server.Avd();
        Task<AvdRoomListReply>[] calls = [.. Enumerable.Range(0, 8).Select(_ => avd.Room.ListAsync())];
        server.Await(8);
        // None has been answered yet: a Dispose that waited would not come back.
        avd.Dispose();
        avd.Dispose();
        Assert.Throws<ObjectDisposedException>(() => avd.Room.List());
        Assert.Throws<ObjectDisposedException>(() => avd.Call("avd.room.list"));
        Assert.Throws<ObjectDisposedException>(() => avd.RawCall("{}"));
        Assert.Throws<ObjectDisposedException>(() => avd.Info());
        Assert.Throws<ObjectDisposedException>(() => avd.SetToken("t"));
        Assert.Throws<ObjectDisposedException>(() => avd.SetTokenProvider(_ => "t"));
        Assert.Throws<ObjectDisposedException>(() => avd.With(new CallOptions()).Room.List());
        answer.Set();
        Assert.All(await Soon.Ends(Task.WhenAll(calls)), reply => Assert.Equal(Scripted.Success, reply.RawText));
    }

    [Fact]
    public static async Task Disposing_asynchronously_waits_for_the_calls_in_flight()
    {
        using var answer = new ManualResetEventSlim();
        using var server = new Scripted(_ =>
        {
            Soon.Comes(answer);
            return Scripted.Success;
        });
        AvdClient avd = server.Avd();
        Task<AvdRoomListReply>[] calls = [.. Enumerable.Range(0, 4).Select(_ => avd.Room.ListAsync())];
        var blocking = Task.Run(() => avd.Room.List());
        server.Await(5);
        Task disposal = avd.DisposeAsync().AsTask();
        Assert.Throws<ObjectDisposedException>(() => avd.Room.List());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => avd.Room.ListAsync());
        Assert.False(disposal.IsCompleted);
        answer.Set();
        await Soon.Ends(disposal);
        // They have come to their end, and not been cut: only what is handed to the tasks may still be on its way.
        Assert.All(await Soon.Ends(Task.WhenAll(calls)), reply => Assert.Equal(0, reply.Ret));
        Assert.Equal(0, (await Soon.Ends(blocking)).Ret);
        await Soon.Ends(avd.DisposeAsync());
        avd.Dispose();
    }

    [Fact]
    public static async Task Disposing_asynchronously_does_not_wait_for_ever()
    {
        using var answer = new ManualResetEventSlim();
        using var server = new Scripted(_ =>
        {
            Soon.Comes(answer);
            return Scripted.Success;
        });
        AvdClient avd = server.Avd();
        // The client's own patience is 30 seconds: what is under it takes any.
        var owner = new ClientOwner(
            avd, ClientSetup.FromText("avd", $$"""{"base_url":"{{server.Url}}","token":"t"}"""));
        owner.Begin(avd);
        Task<byte[]> call = Task.Run(
            () => owner.Handle.Call("x", null, "{\"method\":\"GET\",\"path\":\"/x\"}\0"u8, default));
        server.Await(1);
        await Soon.Ends(owner.EndAsync(TimeSpan.FromMilliseconds(50)));
        Assert.False(call.IsCompleted);
        answer.Set();
        Assert.NotEmpty(await Soon.Ends(call));
        owner.Finish();
    }

    [Fact]
    public static async Task A_client_in_an_asynchronous_using_is_ended()
    {
        using var server = new Scripted(Scripted.Success);
        AvdClient kept;
        await using (AvdClient avd = server.Avd())
        {
            kept = avd;
            await avd.Room.ListAsync();
        }
        Assert.Throws<ObjectDisposedException>(() => kept.Room.List());
    }

    [Fact]
    public static async Task A_view_ends_with_its_client_and_not_before()
    {
        using var server = new Scripted(Scripted.Success);
        AvdClient avd = server.Avd();
        AvdClient quick = avd.With(
            new CallOptions { Timeout = TimeSpan.FromSeconds(5), ConnectTimeout = TimeSpan.FromSeconds(1) });
        quick.Dispose();
        await quick.DisposeAsync();
        quick.Room.List();
        avd.Room.List();
        avd.Dispose();
        Assert.Throws<ObjectDisposedException>(() => quick.Room.List());
    }

    [Fact]
    public static void Disposing_at_any_moment_ends_calls_or_refuses_them()
    {
        using var server = new Scripted(Scripted.Success);
        var unexpected = new ConcurrentBag<Exception>();
        for (int round = 0; round < 100; round++)
        {
            AvdClient avd = server.Avd();
            using var begun = new CountdownEvent(4);
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                begun.Signal();
                try
                {
                    while (true)
                    {
                        avd.Room.List();
                    }
                }
                catch (ObjectDisposedException)
                {
                    // As it should be.
                }
                catch (Exception problem)
                {
                    unexpected.Add(problem);
                }
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Soon.Comes(begun);
            // Each time at another moment of the calls.
            Thread.SpinWait(round * 5000);
            avd.Dispose();
            Array.ForEach(threads, thread => Assert.True(thread.Join(Soon.Patience)));
        }
        Assert.Empty(unexpected);
    }

    [Fact]
    public static async Task Disposing_in_the_middle_of_sixty_four_calls()
    {
        using var all = new CountdownEvent(64);
        using var server = new Scripted(_ =>
        {
            all.Signal();
            Soon.Comes(all);
            return Scripted.Success;
        });
        AvdClient avd = server.Avd();
        Task<AvdRoomListReply>[] calls = [.. Enumerable.Range(0, 63).Select(_ => avd.Room.ListAsync())];
        server.Await(63);
        avd.Dispose();
        // The 64th is another client's, and sets them all free.
        using AvdClient last = server.Avd();
        await Soon.Ends(last.Room.ListAsync());
        Assert.All(await Soon.Ends(Task.WhenAll(calls)), reply => Assert.Equal(0, reply.Ret));
    }
}
