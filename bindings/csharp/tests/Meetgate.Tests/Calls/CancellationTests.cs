using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>How the waiting for a call is ended.</summary>
public static class CancellationTests
{
    private const string RawRequest = """{"method":"GET","path":"/sdkapi/v2/room/list"}""";

    /// <summary>Each kind of call that takes a token.</summary>
    public static TheoryData<string> Kinds => ["method", "group", "request", "name", "raw"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public static async Task The_token_ends_the_waiting(string kind)
    {
        using var server = new Scripted(Scripted.Silence);
        using AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource();
        // Longer than the test's patience: only the token can end it.
        Task call = Begin(avd.With(new CallOptions { Timeout = TimeSpan.FromMinutes(10) }), kind, source.Token);
        server.Await(1);
        Assert.False(call.IsCompleted);
        source.Cancel();
        var problem = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(call));
        Assert.Equal(source.Token, problem.CancellationToken);
        Assert.True(call.IsCanceled);
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
    public static async Task A_call_nobody_waits_for_ends_by_itself()
    {
        using var answer = new ManualResetEventSlim();
        using var server = new Scripted(_ =>
        {
            Soon.Comes(answer);
            return Scripted.Success;
        });
        AvdClient avd = server.Avd();
        using var source = new CancellationTokenSource();
        Task call = avd.Room.CloseAsync("1", cancellationToken: source.Token);
        server.Await(1);
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        // It is still in flight, and the client is not freed under it.
        ValueTask disposal = avd.DisposeAsync();
        Assert.False(disposal.IsCompleted);
        answer.Set();
        await Soon.Ends(disposal);
    }

    [Fact]
    public static async Task A_failure_that_nobody_waits_for_is_no_unobserved_exception()
    {
        using var answer = new ManualResetEventSlim();
        using var server = new Scripted(_ =>
        {
            Soon.Comes(answer);
            return """{"ret":40077,"msg":"nobody waits"}""";
        });
        List<string> unobserved = [];
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, seen) =>
        {
            lock (unobserved)
            {
                unobserved.Add(seen.Exception.ToString());
            }
        };
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            AvdClient avd = server.Avd();
            using (var source = new CancellationTokenSource())
            {
                Task call = avd.Room.ListAsync(cancellationToken: source.Token);
                server.Await(1);
                source.Cancel();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            }
            answer.Set();
            await Soon.Ends(avd.DisposeAsync());
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            lock (unobserved)
            {
                Assert.DoesNotContain(unobserved, text => text.Contains("40077", StringComparison.Ordinal));
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }
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
}
