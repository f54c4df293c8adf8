using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>
/// Tokens that the program provides asynchronously, and providers that call the client that asks them.
/// </summary>
public static class AsyncProviderTests
{
    [Fact]
    public static async Task An_asynchronous_provider_is_awaited_by_every_kind_of_call()
    {
        using var server = new Scripted(Scripted.Success);
        List<string?> dead = [];
        async Task<ProvidedToken> Provide(string? deadToken, CancellationToken token)
        {
            dead.Add(deadToken);
            await Task.Delay(5, token);
            return "t" + dead.Count;
        }
        using (var avd = new AvdClient(baseUrl: server.Url, asyncTokenProvider: Provide))
        {
            avd.Room.List();
        }
        using (var avd = new AvdClient(baseUrl: server.Url, asyncTokenProvider: Provide))
        {
            await avd.Room.ListAsync();
        }
        using (var avd = new AvdClient($$"""{"base_url":"{{server.Url}}","token_provider":true}"""))
        {
            avd.SetTokenProvider(Provide);
            await avd.CallAsync("avd.room.list");
        }
        Assert.Equal([null, null, null], dead);
        Assert.Equal((1, 1, 1), (server.Count("token=t1"), server.Count("token=t2"), server.Count("token=t3")));
    }

    [Fact]
    public static async Task What_it_throws_is_the_message_and_the_cause()
    {
        using var server = new Scripted(Scripted.Success);
        var away = new TimeoutException("主机 is away");
        Func<string?, CancellationToken, Task<ProvidedToken>>[] providers =
        [
            // Before there is a task, in one that has failed, and later.
            (_, _) => throw away,
            (_, _) => Task.FromException<ProvidedToken>(away),
            async (_, _) =>
            {
                await Task.Yield();
                throw away;
            },
        ];
        foreach (Func<string?, CancellationToken, Task<ProvidedToken>> provider in providers)
        {
            using var avd = new AvdClient(baseUrl: server.Url, asyncTokenProvider: provider);
            var problem = await Assert.ThrowsAsync<MeetgateAuthException>(() => avd.Room.ListAsync());
            Assert.Contains("it threw TimeoutException: 主机 is away", problem.Message, StringComparison.Ordinal);
            Assert.Same(away, problem.InnerException);
        }
        using (var avd = new AvdClient(baseUrl: server.Url, asyncTokenProvider: (_, _) => null!))
        {
            var problem = Assert.Throws<MeetgateAuthException>(() => avd.Room.List());
            Assert.Contains("null in place of a task", problem.Message, StringComparison.Ordinal);
        }
        Task<ProvidedToken> none = Task.FromResult<ProvidedToken>(null!);
        using (var avd = new AvdClient(baseUrl: server.Url, asyncTokenProvider: (_, _) => none))
        {
            var problem = Assert.Throws<MeetgateAuthException>(() => avd.Room.List());
            Assert.Contains("null in place of a token", problem.Message, StringComparison.Ordinal);
        }
        Assert.Equal(0, server.Count());
    }

    [Theory]
    [InlineData(300, 10_000, typeof(MeetgateTimeoutException))]
    [InlineData(10_000, 300, typeof(MeetgateAuthException))]
    public static async Task One_that_never_answers_is_left_at_the_limit_and_its_token_is_cancelled(
        int timeoutMs, int tokenTimeoutMs, Type expected)
    {
        using var server = new Scripted(Scripted.Success);
        using var heard = new ManualResetEventSlim();
        Task<ProvidedToken> Provide(string? deadToken, CancellationToken token)
        {
            token.Register(() =>
            {
                heard.Set();
                throw new InvalidOperationException("what it does when it hears of it is its own");
            });
            return new TaskCompletionSource<ProvidedToken>().Task;
        }
        using var avd = new AvdClient(
            baseUrl: server.Url, asyncTokenProvider: Provide, timeoutMs: timeoutMs, tokenTimeoutMs: tokenTimeoutMs);
        Stopwatch watch = Stopwatch.StartNew();
        var problem = (MeetgateException)await Assert.ThrowsAsync(expected, () => avd.Room.ListAsync());
        Assert.InRange(watch.ElapsedMilliseconds, 250, 8000);
        Assert.Contains("no answer within ", problem.Message, StringComparison.Ordinal);
        Assert.Equal("avd.room.list", problem.Platform + "." + problem.Operation);
        Assert.IsAssignableFrom<TimeoutException>(problem.InnerException);
        Soon.Comes(heard);
    }

    [Fact]
    public static async Task The_limit_is_that_of_the_call_not_of_the_client()
    {
        using var server = new Scripted(Scripted.Success);
        var never = new TaskCompletionSource<ProvidedToken>();
        using var avd = new AvdClient(
            baseUrl: server.Url, asyncTokenProvider: (_, _) => never.Task, timeoutMs: 600_000, tokenTimeoutMs: 600_000);
        var quick = new CallOptions { Timeout = TimeSpan.FromMilliseconds(200) };
        await Assert.ThrowsAsync<MeetgateTimeoutException>(() => Soon.Ends(avd.Room.ListAsync(quick)));
        // An answer that comes too late is nobody's.
        never.SetResult("late");
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static void One_that_comes_back_to_the_callers_context_does_not_wait_for_itself()
    {
        using var server = new Scripted(Scripted.Success);
        using var avd = new AvdClient(baseUrl: server.Url, asyncTokenProvider: async (_, token) =>
        {
            // As on the thread of a window: with ConfigureAwait(true), and nobody there to run what comes back.
            await Task.Delay(5, token).ConfigureAwait(true);
            return "t";
        });
        Exception? failure = null;
        var window = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new Deaf());
            failure = Record.Exception(() => avd.Room.List(new CallOptions { Timeout = TimeSpan.FromSeconds(20) }));
        });
        window.Start();
        Assert.True(window.Join(Soon.Patience));
        Assert.Null(failure);
    }

    [Fact]
    public static async Task A_provider_that_calls_its_own_client_fails_at_once()
    {
        using var server = new Scripted(Scripted.Success);
        AvdClient? own = null;
        Func<AvdClient, string?>[] blocking =
        [
            avd => avd.Room.List().RawText,
            avd => avd.With(new CallOptions { Timeout = TimeSpan.FromMinutes(5) }).Room.List().RawText,
            avd => avd.Call("avd.room.list").RawText,
            avd => avd.RawCall("{}").RawText,
            avd => avd.Room.ListAsync().GetAwaiter().GetResult().RawText,
            avd => Task.Run(() => avd.Room.List()).GetAwaiter().GetResult().RawText,
        ];
        foreach (Func<AvdClient, string?> call in blocking)
        {
            await Fails(new AvdClient(baseUrl: server.Url, tokenProvider: _ => call(own!), timeoutMs: 600_000));
            await Fails(new AvdClient(
                baseUrl: server.Url,
                asyncTokenProvider: async (_, token) =>
                {
                    await Task.Delay(1, token);
                    return call(own!)!;
                },
                timeoutMs: 600_000,
                tokenTimeoutMs: 600_000));
        }
        await Fails(new AvdClient(
            baseUrl: server.Url,
            asyncTokenProvider: async (_, token) => (await own!.Room.ListAsync(cancellationToken: token)).RawText,
            timeoutMs: 600_000,
            tokenTimeoutMs: 600_000));
        Assert.Equal(0, server.Count());

        async Task Fails(AvdClient avd)
        {
            using (own = avd)
            {
                var problem = await Assert.ThrowsAsync<MeetgateAuthException>(() => Soon.Ends(avd.Room.ListAsync()));
                Assert.IsType<InvalidOperationException>(problem.InnerException);
                Assert.Contains("must not use its own client", problem.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public static async Task Two_clients_whose_providers_call_each_other_fail_at_once()
    {
        using var server = new Scripted(Scripted.Success);
        AvdClient? other = null;
        using var avd = new AvdClient(
            baseUrl: server.Url, tokenProvider: _ => other!.Room.List().RawText, timeoutMs: 600_000);
        other = new AvdClient(
            baseUrl: server.Url,
            asyncTokenProvider: async (_, token) => (await avd.Room.ListAsync(cancellationToken: token)).RawText,
            timeoutMs: 600_000,
            tokenTimeoutMs: 600_000);
        using (other)
        {
            var problem = await Assert.ThrowsAsync<MeetgateAuthException>(() => Soon.Ends(avd.Room.ListAsync()));
            Assert.IsType<MeetgateAuthException>(problem.InnerException);
            Assert.IsType<InvalidOperationException>(problem.InnerException!.InnerException);
        }
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static async Task What_a_provider_started_may_call_when_the_token_is_there()
    {
        using var server = new Scripted(Scripted.Success);
        using var given = new ManualResetEventSlim();
        AvdClient? own = null;
        Task? later = null;
        using var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ =>
        {
            later = Task.Run(() =>
            {
                Soon.Comes(given);
                own!.Room.Close("later");
            });
            return "t";
        });
        own = avd;
        avd.Room.List();
        given.Set();
        await Soon.Ends(later!);
        Assert.Equal(1, server.Count("room_id=later"));
    }

    [Fact]
    public static async Task A_client_that_ends_while_its_provider_thinks()
    {
        using var server = new Scripted(Scripted.Success);
        using var asked = new ManualResetEventSlim();
        var answer = new TaskCompletionSource<ProvidedToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var avd = new AvdClient(baseUrl: server.Url, asyncTokenProvider: (_, _) =>
        {
            asked.Set();
            return answer.Task;
        });
        Task<AvdRoomListReply> call = avd.Room.ListAsync();
        Soon.Comes(asked);
        await Soon.Ends(avd.DisposeAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.Ends(call));
        // What it gives now is nobody's.
        answer.SetResult("t");
        Assert.Equal(0, server.Count());
    }

    /// <summary>A context whose thread is busy for ever.</summary>
    private sealed class Deaf : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
