using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>The end of a client, at any moment.</summary>
public static class DisposalTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public static async Task Disposing_ends_the_calls_in_flight_at_once(bool isAsync)
    {
        using var server = new Scripted(Scripted.Silence);
        AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource();
        // Longer than the test's patience.
        AvdClient patient = avd.With(new CallOptions { Timeout = TimeSpan.FromMinutes(10) });
        Task[] calls =
        [
            .. Enumerable.Range(0, 4).Select(_ => patient.Room.ListAsync()),
            .. Enumerable.Range(0, 4).Select(_ => patient.Room.ListAsync(cancellationToken: source.Token)),
            Task.Run(() => patient.Room.List()),
            Task.Run(() => patient.Room.List(new CallOptions { CancellationToken = source.Token })),
        ];
        server.Await(calls.Length);
        var watch = Stopwatch.StartNew();
        if (isAsync)
        {
            await Soon.Ends(avd.DisposeAsync());
            // Here they have come back, and only what is handed to the tasks may still be on its way.
            Assert.InRange(watch.ElapsedMilliseconds, 0, 1000);
        }
        else
        {
            avd.Dispose();
            avd.Dispose();
        }
        foreach (Task call in calls)
        {
            var problem = await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.Ends(call));
            Assert.Contains("avd.room.list: the client was disposed", problem.Message, StringComparison.Ordinal);
            // The C library's own words: it was sent, and may have been done.
            Assert.Equal(1, Assert.IsType<MeetgateCancelledException>(problem.InnerException).Attempts);
        }
        Assert.InRange(watch.ElapsedMilliseconds, 0, 1000);
        // A token comes too late now, and hits nothing.
        source.Cancel();
        Assert.Throws<ObjectDisposedException>(() => avd.Room.List());
        Assert.Throws<ObjectDisposedException>(() => avd.Call("avd.room.list"));
        Assert.Throws<ObjectDisposedException>(() => avd.RawCall("{}"));
        Assert.Throws<ObjectDisposedException>(() => avd.Info());
        Assert.Throws<ObjectDisposedException>(() => avd.SetToken("t"));
        Assert.Throws<ObjectDisposedException>(() => avd.SetTokenProvider(_ => "t"));
        Assert.Throws<ObjectDisposedException>(() => avd.With(new CallOptions()).Room.List());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => avd.Room.ListAsync());
        Assert.Equal(calls.Length, server.Count());
        await Soon.Ends(avd.DisposeAsync());
        avd.Dispose();
    }

    [Fact]
    public static async Task Leaving_a_view_leaves_the_client_alone()
    {
        using var server = new Scripted(Scripted.Success);
        using var avd = new AvdClient(baseUrl: server.Url, token: "t");
        using (AvdClient view = avd.With(new CallOptions { Timeout = TimeSpan.FromSeconds(5) }))
        {
            view.Room.List();
        }
        await using (AvdClient view = avd.With(new CallOptions()))
        {
            await view.Room.ListAsync();
        }
        avd.Room.List();
        Assert.Equal(3, server.Count());
    }

    [Fact]
    public static async Task Disposing_ends_the_waiting_for_an_asynchronous_provider()
    {
        using var server = new Scripted(Scripted.Success);
        using var asked = new SemaphoreSlim(0);
        using var heard = new ManualResetEventSlim();
        var avd = new AvdClient(baseUrl: server.Url, asyncTokenProvider: async (_, token) =>
        {
            token.Register(heard.Set);
            asked.Release();
            await Task.Delay(Timeout.Infinite, token);
            return "never";
        });
        Task call = avd.Room.ListAsync();
        Assert.True(await asked.WaitAsync(Soon.Patience));
        var watch = Stopwatch.StartNew();
        await Soon.Ends(avd.DisposeAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.Ends(call));
        Assert.InRange(watch.ElapsedMilliseconds, 0, 1000);
        Soon.Comes(heard);
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static async Task A_provider_may_dispose_its_client()
    {
        using var server = new Scripted(Scripted.Success);
        AvdClient? avd = null;
        avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ =>
        {
            avd!.Dispose();
            return "t";
        });
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.Ends(avd.Room.ListAsync()));
        Assert.Equal(0, server.Count());
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
            // With a cancel that nobody triggers: what a provider is, which the library cannot end.
            () => owner.Handle.Call("x", null, "{\"method\":\"GET\",\"path\":\"/x\"}\0"u8, default, 0));
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
        using var server = new Scripted(Scripted.Silence);
        AvdClient avd = server.Avd();
        using AvdClient another = server.Avd();
        Task[] calls = [.. Enumerable.Range(0, 64).Select(_ => avd.Room.ListAsync())];
        using var source = new CancellationTokenSource();
        Task untouched = another.Room.ListAsync(cancellationToken: source.Token);
        server.Await(65);
        avd.Dispose();
        foreach (Task call in calls)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.Ends(call));
        }
        Assert.False(untouched.IsCompleted);
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(untouched));
    }
}
