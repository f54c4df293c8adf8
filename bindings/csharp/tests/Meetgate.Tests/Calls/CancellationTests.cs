using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>How a call is ended by a token.</summary>
public static class CancellationTests
{
    /// <summary>In milliseconds, on a machine that has much else to do. One test measures the promise itself.</summary>
    private const int Prompt = 1000;

    private const string RawRequest = """{"method":"GET","path":"/sdkapi/v2/room/list"}""";

    /// <summary>Each kind of call that takes a token.</summary>
    public static TheoryData<string> Kinds => ["method", "group", "request", "name", "raw"];

    /// <summary>The same without awaiting.</summary>
    public static TheoryData<string> BlockingKinds => ["method", "group", "request", "name", "raw", "view"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public static async Task The_token_ends_the_call(string kind)
    {
        using var server = new Scripted(Scripted.Silence);
        AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource();
        // Longer than the test's patience: only the token can end it.
        Task call = Begin(avd.With(new CallOptions { Timeout = TimeSpan.FromMinutes(10) }), kind, source.Token);
        server.Await(1);
        Assert.False(call.IsCompleted);
        var watch = Stopwatch.StartNew();
        source.Cancel();
        var problem = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(call));
        Assert.InRange(watch.ElapsedMilliseconds, 0, Prompt);
        Assert.Equal(source.Token, problem.CancellationToken);
        Assert.True(call.IsCanceled);
        // The C library's own words: it was sent, and may have been done.
        var cause = Assert.IsType<MeetgateCancelledException>(problem.InnerException);
        Assert.Equal((MeetgateStatus.Cancelled, 1), (cause.Status, cause.Attempts));
        // The call itself has ended, not only the waiting for it.
        watch.Restart();
        await Soon.Ends(avd.DisposeAsync());
        Assert.InRange(watch.ElapsedMilliseconds, 0, Prompt);
        Assert.Equal(1, server.Count());
    }

    [Theory]
    [MemberData(nameof(BlockingKinds))]
    public static async Task A_blocking_call_has_its_token_in_its_options(string kind)
    {
        using var server = new Scripted(Scripted.Silence);
        using AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource();
        var options = new CallOptions { CancellationToken = source.Token, Timeout = TimeSpan.FromMinutes(10) };
        Task call = Task.Run(() => Block(avd, kind, options));
        server.Await(1);
        var watch = Stopwatch.StartNew();
        source.Cancel();
        var problem = await Assert.ThrowsAsync<OperationCanceledException>(() => Soon.Ends(call));
        Assert.InRange(watch.ElapsedMilliseconds, 0, Prompt);
        Assert.Equal(source.Token, problem.CancellationToken);
        Assert.IsType<MeetgateCancelledException>(problem.InnerException);
        // With a token that is cancelled, nothing is sent.
        problem = Assert.Throws<OperationCanceledException>(() => Block(avd, kind, options));
        Assert.Equal(source.Token, problem.CancellationToken);
        Assert.Equal(1, server.Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public static async Task An_awaited_call_is_ended_by_either_of_its_tokens(bool isArgument)
    {
        using var server = new Scripted(Scripted.Silence);
        using AvdClient avd = server.Avd();
        using var argument = new CancellationTokenSource();
        using var option = new CancellationTokenSource();
        CancellationTokenSource source = isArgument ? argument : option;
        Task call = avd.With(new CallOptions { CancellationToken = option.Token }).Room.ListAsync(cancellationToken: argument.Token);
        server.Await(1);
        source.Cancel();
        var problem = await Assert.ThrowsAsync<OperationCanceledException>(() => Soon.Ends(call));
        Assert.Equal(source.Token, problem.CancellationToken);
        Assert.True(call.IsCanceled);
    }

    [Fact]
    public static async Task The_token_of_a_call_stands_over_that_of_its_view()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        using var living = new CancellationTokenSource();
        AvdClient ended = avd.With(new CallOptions { CancellationToken = new CancellationToken(true) });
        Assert.Throws<OperationCanceledException>(() => ended.Room.List());
        Assert.Throws<OperationCanceledException>(() => ended.Room.List(new CallOptions { Timeout = Soon.Patience }));
        Assert.True(ended.Room.ListAsync().IsCanceled);
        Assert.Equal(0, server.Count());
        ended.Room.List(new CallOptions { CancellationToken = living.Token });
        await ended.With(new CallOptions { CancellationToken = living.Token }).Room.ListAsync();
        Assert.Equal(2, server.Count());
    }

    [Fact]
    public static async Task A_call_that_fetches_its_token_is_ended()
    {
        using var server = new Scripted(Scripted.Silence);
        using var hst = new HstClient(baseUrl: server.Url, devId: "100001", devSecret: "0123456789abcdef");
        using var source = new CancellationTokenSource();
        Task call = hst.App.DeleteAsync("a", cancellationToken: source.Token);
        server.Await(1);
        var watch = Stopwatch.StartNew();
        source.Cancel();
        var problem = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(call));
        Assert.InRange(watch.ElapsedMilliseconds, 0, Prompt);
        // The token's request was sent, and not the call's own.
        Assert.Equal(0, Assert.IsType<MeetgateCancelledException>(problem.InnerException).Attempts);
    }

    [Fact]
    public static async Task A_time_limit_by_a_token()
    {
        using var server = new Scripted(Scripted.Silence);
        using AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var watch = Stopwatch.StartNew();
        var problem = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Soon.Ends(avd.Room.ListAsync(cancellationToken: source.Token)));
        Assert.Equal(source.Token, problem.CancellationToken);
        Assert.InRange(watch.ElapsedMilliseconds, 250, 5000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public static async Task A_cancelled_call_does_not_wait_for_a_token_provider_and_takes_it_from_nobody(bool isAsync)
    {
        using var server = new Scripted(Scripted.Success);
        using var asked = new SemaphoreSlim(0);
        using var answer = new ManualResetEventSlim();
        int count = 0;
        ProvidedToken Provide()
        {
            Interlocked.Increment(ref count);
            asked.Release();
            Soon.Comes(answer);
            return "the-one";
        }
        using AvdClient avd = isAsync
            ? new AvdClient(baseUrl: server.Url, asyncTokenProvider: (_, _) => Task.Run(Provide))
            : new AvdClient(baseUrl: server.Url, tokenProvider: _ => Provide());
        using var source = new CancellationTokenSource();
        Task call = avd.Room.ListAsync(cancellationToken: source.Token);
        Assert.True(await asked.WaitAsync(Soon.Patience));
        Task<AvdRoomListReply> other = avd.Room.ListAsync();
        var watch = Stopwatch.StartNew();
        source.Cancel();
        var problem = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(call));
        Assert.InRange(watch.ElapsedMilliseconds, 0, Prompt);
        Assert.Equal(source.Token, problem.CancellationToken);
        Assert.True(call.IsCanceled);
        Assert.False(other.IsCompleted);
        answer.Set();
        await Soon.Ends(other);
        Assert.Equal(1, count);
        Assert.Equal(1, server.Count("token=the-one"));
        Assert.Equal(1, server.Count());
    }

    [Fact]
    public static async Task A_call_that_waits_for_the_token_of_another_is_ended_alone()
    {
        using var server = new Scripted(Scripted.Success);
        using var asked = new SemaphoreSlim(0);
        using var answer = new ManualResetEventSlim();
        using var avd = new AvdClient(baseUrl: server.Url, tokenProvider: _ =>
        {
            asked.Release();
            Soon.Comes(answer);
            return "t";
        });
        Task<AvdRoomListReply> first = avd.Room.ListAsync();
        Assert.True(await asked.WaitAsync(Soon.Patience));
        using var source = new CancellationTokenSource();
        Task second = avd.Room.ListAsync(cancellationToken: source.Token);
        await Task.Delay(100);
        var watch = Stopwatch.StartNew();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(second));
        Assert.InRange(watch.ElapsedMilliseconds, 0, Prompt);
        answer.Set();
        Assert.Equal(0, (await Soon.Ends(first)).Ret);
        Assert.Equal(1, server.Count());
    }

    [Fact]
    public static async Task A_cancelled_call_does_not_wait_for_a_stream_and_sends_nothing_of_it()
    {
        using var server = new Scripted(Scripted.Success);
        using var stream = new Stuck();
        AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource();
        Task call = avd.UploadfileAsync(UploadFile.FromStream(stream, "a.png"), cancellationToken: source.Token);
        Soon.Comes(stream.IsRead);
        var watch = Stopwatch.StartNew();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(call));
        Assert.InRange(watch.ElapsedMilliseconds, 0, Prompt);
        stream.MayGoOn.Set();
        await Soon.Ends(avd.DisposeAsync());
        // It was read once, and not to its end, which it does not have.
        Assert.Equal((1, 0), (stream.Count, server.Count()));
    }

    [Fact]
    public static async Task Cancelling_at_any_moment_ends_one_call_and_hits_no_other()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        for (int round = 0; round < 400; round++)
        {
            using var source = new CancellationTokenSource();
            Task<AvdRoomListReply> call = avd.Room.ListAsync(cancellationToken: source.Token);
            Task<AvdRoomListReply> other = avd.Room.ListAsync();
            // Each time at another moment of the call.
            Thread.SpinWait(round * 50);
            source.Cancel();
            try
            {
                Assert.Equal(0, (await Soon.Ends(call)).Ret);
            }
            catch (OperationCanceledException problem)
            {
                Assert.Equal(source.Token, problem.CancellationToken);
            }
            Assert.Equal(0, (await Soon.Ends(other)).Ret);
        }
        Assert.Equal(0, avd.Room.List().Ret);
    }

    [Fact]
    public static async Task A_cancelled_call_has_ended_within_100_milliseconds()
    {
        using var server = new Scripted(Scripted.Silence);
        using AvdClient avd = server.Avd();
        List<double> taken = [];
        for (int i = 1; i <= 21; i++)
        {
            using var source = new CancellationTokenSource();
            Task call = avd.Room.ListAsync(cancellationToken: source.Token);
            server.Await(i);
            var watch = Stopwatch.StartNew();
            source.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(call));
            taken.Add(watch.Elapsed.TotalMilliseconds);
        }
        taken.Sort();
        // The machine may be busy now and then, but not always.
        Assert.InRange(taken[taken.Count / 2], 0, 100);
    }

    [Fact]
    public static async Task One_token_ends_many_calls()
    {
        using var server = new Scripted(Scripted.Silence);
        using AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource();
        Task[] calls = [.. Enumerable.Range(0, 64).Select(_ => avd.Room.ListAsync(cancellationToken: source.Token))];
        server.Await(64);
        var watch = Stopwatch.StartNew();
        source.Cancel();
        foreach (Task call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(call));
        }
        Assert.InRange(watch.ElapsedMilliseconds, 0, 1000);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public static async Task Nothing_begins_with_a_token_that_is_cancelled(string kind)
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        var cancelled = new CancellationToken(true);
        Task call = Begin(avd, kind, cancelled);
        Assert.True(call.IsCanceled);
        var problem = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(cancelled, problem.CancellationToken);
        Assert.Equal(0, server.Count());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public static async Task A_disposed_client_says_so_even_where_the_token_is_cancelled(string kind)
    {
        using var server = new Scripted(Scripted.Success);
        AvdClient avd = server.Avd();
        avd.Dispose();
        foreach (bool isCancelled in new[] { true, false })
        {
            // In the task, not at once.
            Task call = Begin(avd, kind, new CancellationToken(isCancelled));
            var problem = await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
            Assert.Equal("AvdClient", problem.ObjectName);
        }
    }

    [Fact]
    public static async Task A_call_that_has_ended_is_not_cancelled_any_more()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource();
        Task<AvdRoomListReply> call = avd.Room.ListAsync(cancellationToken: source.Token);
        Assert.Equal(0, (await call).Ret);
        source.Cancel();
        Assert.True(call.IsCompletedSuccessfully);
    }

    [Fact]
    public static async Task Failures_are_in_the_task()
    {
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        // Each is begun first and awaited then: none may throw where it is begun.
        Task[] calls =
        [
            avd.Room.ReadAsync("\ud83d"),
            avd.Room.ReadAsync("1", new CallOptions { Timeout = TimeSpan.Zero }),
            avd.Room.MixRecord.UpdateLayoutAsync("1", audioUserIds: Odd()),
            avd.CallAsync("avd.nothing.like.it"),
            avd.CallAsync("avd.\ud83d"),
            avd.CallAsync("avd.room.list\0"),
            avd.CallAsync("avd.room.list", "{"),
            avd.CallAsync("avd.room.list", "{\"a\":\"\ud83d\"}"),
            avd.RawCallAsync("[]"),
            avd.RawCallAsync("{}", new CallOptions { MaxReplyBytes = -1 }),
        ];
        foreach (Task call in calls)
        {
            await Assert.ThrowsAsync<MeetgateInvalidArgumentException>(() => Soon.Ends(call));
        }
        Assert.Equal(0, server.Count());
        static IEnumerable<string> Odd()
        {
            yield return "16";
            throw new InvalidOperationException("the caller's own enumeration");
        }
    }

    private static Task Begin(AvdClient avd, string kind, CancellationToken token) => kind switch
    {
        "method" => avd.UploadfileAsync(UploadFile.FromBytes(new byte[] { 1 }, "a.png"), cancellationToken: token),
        "group" => avd.Room.ListAsync(cancellationToken: token),
        "request" => avd.Room.CreateAsync(new AvdRoomCreateRequest("16"), cancellationToken: token),
        "name" => avd.CallAsync("avd.room.list", cancellationToken: token),
        _ => avd.RawCallAsync(RawRequest, cancellationToken: token),
    };

    private static Reply Block(AvdClient avd, string kind, CallOptions options) => kind switch
    {
        "method" => avd.Uploadfile(UploadFile.FromBytes(new byte[] { 1 }, "a.png"), options: options),
        "group" => avd.Room.List(options),
        "request" => avd.Room.Create(new AvdRoomCreateRequest("16"), options),
        "name" => avd.Call("avd.room.list", options: options),
        "view" => avd.With(options).Room.List(),
        _ => avd.RawCall(RawRequest, options),
    };

    /// <summary>A stream that gives a byte when it may, and never ends.</summary>
    private sealed class Stuck() : MemoryStream(new byte[3])
    {
        internal ManualResetEventSlim IsRead { get; } = new();

        internal ManualResetEventSlim MayGoOn { get; } = new();

        internal int Count { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Count++;
            IsRead.Set();
            Soon.Comes(MayGoOn);
            return 1;
        }
    }
}
