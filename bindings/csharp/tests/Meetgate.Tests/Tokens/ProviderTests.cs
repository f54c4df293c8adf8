using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Tokens that the program provides, by a function.</summary>
public static class ProviderTests
{
    [Fact]
    public static void A_provider_gives_texts_or_tokens_that_live_for_a_time()
    {
        using var server = new Scripted(Scripted.Success);
        using (var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ => "text"))
        {
            avd.Room.List();
            Assert.Equal("provided", avd.Info().Token!.Source);
            Assert.Null(avd.Info().Token!.ExpiresIn);
        }
        var timed = new ProvidedToken("timed", TimeSpan.FromMinutes(10));
        using (var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ => timed))
        {
            avd.Room.List();
            Assert.InRange(avd.Info().Token!.ExpiresIn!.Value, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
        }
        Func<string?, string?> plain = _ => "plain";
        using (var avd = new AvdClient($$"""{"base_url":"{{server.Url}}","token_provider":true}"""))
        {
            avd.SetTokenProvider(plain);
            avd.Room.List();
        }
        Assert.All(new[] { "text", "timed", "plain" }, token => Assert.Equal(1, server.Count("token=" + token)));
    }

    [Fact]
    public static async Task What_a_provider_throws_is_the_message_and_the_cause()
    {
        using var server = new Scripted(Scripted.Success);
        var away = new TimeoutException("主机 is away");
        using var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ => throw away);
        var problem = Assert.Throws<MeetgateAuthException>(() => avd.Room.List());
        Assert.Contains(
            "the token provider failed: it threw TimeoutException: 主机 is away",
            problem.Message,
            StringComparison.Ordinal);
        Assert.Same(away, problem.InnerException);
        Assert.Contains("---> System.TimeoutException: 主机 is away", problem.ToString(), StringComparison.Ordinal);
        // In the pause, for every kind of call.
        foreach (Func<Task> call in new Func<Task>[]
        {
            () => avd.Room.ListAsync(),
            () => avd.CallAsync("avd.room.list"),
            () => avd.RawCallAsync("""{"method":"GET","path":"/sdkapi/v2/room/list"}"""),
        })
        {
            problem = await Assert.ThrowsAsync<MeetgateAuthException>(call);
            Assert.Contains("主机 is away", problem.Message, StringComparison.Ordinal);
            Assert.Contains("not tried again", problem.Message, StringComparison.Ordinal);
            Assert.Same(away, problem.InnerException);
        }
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static void Everybody_who_waited_gets_the_cause()
    {
        using var server = new Scripted(Scripted.Success);
        var away = new InvalidOperationException("the vault is closed");
        int asked = 0;
        using var begun = new CountdownEvent(64);
        using var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ =>
        {
            Interlocked.Increment(ref asked);
            Soon.Comes(begun);
            // All have begun; most of them wait by now, and the others come into the pause.
            Thread.Sleep(50);
            throw away;
        });
        var seen = new Exception?[64];
        Thread[] threads = [.. Enumerable.Range(0, 64).Select(t => new Thread(() =>
        {
            begun.Signal();
            try
            {
                avd.Room.List();
            }
            catch (Exception problem)
            {
                seen[t] = problem;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => Assert.True(thread.Join(Soon.Patience)));
        Assert.All(seen, problem =>
        {
            Assert.IsType<MeetgateAuthException>(problem);
            Assert.Same(away, problem.InnerException);
            Assert.Contains(
                "the token provider failed: the vault is closed", problem.Message, StringComparison.Ordinal);
        });
        Assert.Equal(1, asked);
        Assert.Equal(0, server.Count());
    }

    [Fact]
    public static async Task A_cancellation_stays_one()
    {
        using var server = new Scripted(Scripted.Success);
        using var source = new CancellationTokenSource();
        source.Cancel();
        using var avd = new AvdClient(
            baseUrl: server.Url,
            tokenProvider: _ => throw new OperationCanceledException("shutting down", source.Token));
        var problem = Assert.Throws<OperationCanceledException>(() => avd.Room.List());
        Assert.Equal("shutting down", problem.Message);
        Assert.Equal(source.Token, problem.CancellationToken);
        await Assert.ThrowsAsync<OperationCanceledException>(() => avd.Room.ListAsync());
        using var later = new AvdClient(baseUrl: server.Url, asyncTokenProvider: async (_, _) =>
        {
            await Task.Delay(Timeout.Infinite, source.Token);
            return "never";
        });
        var awaited = await Assert.ThrowsAsync<OperationCanceledException>(() => later.Room.ListAsync());
        Assert.Equal(source.Token, awaited.CancellationToken);
        Assert.IsType<TaskCanceledException>(awaited.InnerException);
    }

    [Fact]
    public static void What_a_provider_gives_that_is_no_token()
    {
        using var server = new Scripted(Scripted.Success);
        Assert.Contains("null", Fail(_ => null).InnerException!.Message, StringComparison.Ordinal);
        Assert.Contains(
            "room for 8191", Fail(_ => new string('t', 8192)).InnerException!.Message, StringComparison.Ordinal);
        Assert.Contains("NUL", Fail(_ => "a\0b").InnerException!.Message, StringComparison.Ordinal);
        Assert.Contains("surrogate", Fail(_ => "a\ud83d").InnerException!.Message, StringComparison.Ordinal);
        Assert.IsType<ArgumentOutOfRangeException>(Fail(_ => new ProvidedToken("t", TimeSpan.Zero)).InnerException);
        Assert.IsType<ArgumentOutOfRangeException>(
            Fail(_ => new ProvidedToken("t", TimeSpan.FromSeconds(-1))).InnerException);
        Assert.Contains("printable ASCII", Fail(_ => "会议").Message, StringComparison.Ordinal);
        Assert.Contains("printable ASCII", Fail(_ => "").Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Count());
        using var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ => new string('t', 8191));
        avd.Room.List();
        Assert.Equal(1, server.Count("token=" + new string('t', 8191)));

        MeetgateAuthException Fail(Func<string?, ProvidedToken?> provider)
        {
            using var failing = new AvdClient(baseUrl: server.Url, tokenProvider: provider);
            return Assert.Throws<MeetgateAuthException>(() => failing.Room.List());
        }
    }

    [Fact]
    public static void A_providers_words_may_be_anything()
    {
        using var server = new Scripted(Scripted.Success);
        string[] odd = ["", "a\0b", "\ud83d", new string('会', 9000), "two\r\nlines", "\"quoted\" {json} \\"];
        foreach (string words in odd)
        {
            var thrown = new TimeoutException(words);
            using var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ => throw thrown);
            var problem = Assert.Throws<MeetgateAuthException>(() => avd.Room.List());
            Assert.StartsWith("avd.room.list: the token provider failed", problem.Message, StringComparison.Ordinal);
            Assert.Same(thrown, problem.InnerException);
        }
        using var mute = new AvdClient(baseUrl: server.Url, tokenProvider: _ => throw new Speechless());
        Assert.IsType<Speechless>(Assert.Throws<MeetgateAuthException>(() => mute.Room.List()).InnerException);
    }

    [Fact]
    public static void A_provider_may_use_other_clients()
    {
        using var server = new Scripted(Scripted.Success);
        using var broken = new AvdClient(baseUrl: server.Url, tokenProvider: _ => throw new TimeoutException());
        using (var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ =>
        {
            Assert.Throws<MeetgateAuthException>(() => broken.Room.List());
            return "from-elsewhere";
        }))
        {
            avd.Room.List();
            Assert.Equal(1, server.Count("token=from-elsewhere"));
        }
        using (var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ => broken.Room.List().RawText))
        {
            var problem = Assert.Throws<MeetgateAuthException>(() => avd.Room.List());
            Assert.IsType<MeetgateAuthException>(problem.InnerException);
            Assert.IsType<TimeoutException>(problem.InnerException!.InnerException);
        }
    }

    [Fact]
    public static void A_provider_is_set_later_and_replaced()
    {
        string dying = "";
        using var server = new Scripted(request => dying.Length > 0 && request.Has(dying)
            ? """{"ret":40003,"msg":"dead"}"""
            : Scripted.Success);
        using (var avd = new AvdClient($$"""{"base_url":"{{server.Url}}","token_provider":true}"""))
        {
            var none = Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Room.List());
            Assert.Contains("no token provider", none.Message, StringComparison.Ordinal);
            avd.SetTokenProvider(_ => "first");
            avd.Room.List();
            avd.With(new CallOptions { Timeout = TimeSpan.FromSeconds(5) }).SetTokenProvider(dead => "after-" + dead);
            avd.Room.List();
            Assert.Equal(2, server.Count("token=first"));
            dying = "token=first";
            avd.Room.List();
            Assert.Equal(1, server.Count("token=after-first"));
        }
        using (AvdClient avd = server.Avd())
        {
            var wrong = Assert.Throws<MeetgateInvalidArgumentException>(() => avd.SetTokenProvider(_ => "t"));
            Assert.Contains(
                "expected a client whose configuration says \"token_provider\": true",
                wrong.Message,
                StringComparison.Ordinal);
            avd.Room.List();
        }
        var both = Assert.Throws<MeetgateInvalidConfigException>(
            () => new AvdClient(baseUrl: server.Url, token: "t", tokenProvider: _ => "t"));
        Assert.Contains("not both", both.Message, StringComparison.Ordinal);
    }

    [Fact]
    public static async Task A_provider_lives_as_long_as_calls_do()
    {
        using var server = new Scripted(Scripted.Success);
        int asked = 0, atOnce = 0, most = 0;
        for (int round = 0; round < 5; round++)
        {
            Task[] calls = Begin(round);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Soon.Ends(Task.WhenAll(calls));
        }
        Assert.Equal(5, asked);
        Assert.Equal(1, most);
        Assert.Equal(40, server.Count("token=token-"));

        // Nothing but the client knows the function, and nothing but its calls the client.
        Task[] Begin(int round)
        {
            var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ =>
            {
                Interlocked.Increment(ref asked);
                most = Math.Max(most, Interlocked.Increment(ref atOnce));
                GC.Collect();
                Thread.Sleep(20);
                Interlocked.Decrement(ref atOnce);
                return "token-" + round;
            });
            return [.. Enumerable.Range(0, 8).Select(_ => avd.Room.ListAsync())];
        }
    }

    /// <summary>An exception that has no words, not even when it is asked.</summary>
    private sealed class Speechless : Exception
    {
        public override string Message => throw new InvalidOperationException("no words");
    }
}
