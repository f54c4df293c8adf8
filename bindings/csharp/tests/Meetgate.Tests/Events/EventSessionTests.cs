using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NSubstitute;
using Xunit;

namespace Meetgate.Tests;

/// <summary>How a session of events begins and ends, and what its handlers may do.</summary>
public static class EventSessionTests
{
    [Fact]
    public static void Options_that_cannot_be_right_are_named()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        foreach ((EventsOptions options, string named) in new (EventsOptions, string)[]
        {
            (new EventsOptions { AppIds = [Sandbox.App], Heartbeat = TimeSpan.FromHours(2) }, "\"heartbeat_s\""),
            (new EventsOptions { AppIds = [] }, "\"app_ids\""),
            (new EventsOptions { AppIds = ["a", "b"], Groups = ["g"] }, "\"groups\""),
            (new EventsOptions { AppIds = ["a"], Url = "http://x" }, "\"url\""),
            (new EventsOptions { AppIds = ["a"], DevId = "another" }, "\"dev_id\""),
            (new EventsOptions(), "\"app_ids\""),
        })
        {
            using HstEventSession refused = hst.CreateEventSession(options);
            var problem = Assert.Throws<MeetgateInvalidArgumentException>(refused.Start);
            Assert.Contains(named, problem.Message, StringComparison.Ordinal);
        }
        Assert.Throws<MeetgateInvalidArgumentException>(
            () => hst.CreateEventSession(new EventsOptions { AppIds = ["\ud83d"] }));
        using HstEventSession bare = hst.CreateEventSession();
        Assert.Contains("app_ids", Assert.Throws<MeetgateInvalidArgumentException>(bare.Start).Message, StringComparison.Ordinal);
        Assert.Equal(0, sandbox.EventSessions());
    }

    [Fact]
    public static void A_session_starts_once_and_not_when_it_is_over()
    {
        using var sandbox = new Sandbox("--control");
        var hst = new HstClient(sandbox.Hst);
        HstEventSession session = hst.CreateEventSession(EventTests.Quick());
        using var log = new EventLog(session);
        session.Start();
        Assert.Throws<InvalidOperationException>(session.Start);
        log.Begin();
        Assert.Equal(1, sandbox.EventSessions());
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(session.Start);
        HstEventSession unused = hst.CreateEventSession(EventTests.Quick());
        HstEventSession late = hst.CreateEventSession(EventTests.Quick());
        unused.Dispose();
        Assert.Throws<ObjectDisposedException>(unused.Start);
        hst.Dispose();
        Assert.Throws<ObjectDisposedException>(late.Start);
        Assert.Throws<ObjectDisposedException>(() => hst.CreateEventSession(EventTests.Quick()));
    }

    [Fact]
    public static void After_dispose_nothing_is_told_and_the_gateway_knows()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        HstEventSession session = hst.CreateEventSession(EventTests.Quick());
        using var log = new EventLog(session);
        session.Start();
        log.Begin();
        session.Dispose();
        sandbox.Join("u1003");
        SpinWait.SpinUntil(() => sandbox.EventSessions() == 0, Soon.Patience);
        Assert.Equal(0, sandbox.EventSessions());
        Assert.Equal(0, log.Count);
        // The client is as it was.
        Assert.NotNull(hst.Info());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public static async Task A_client_that_is_disposed_closes_its_sessions_and_is_kept_by_none(bool isAsync)
    {
        using var sandbox = new Sandbox("--control");
        List<HstEventSession> kept = [];
        WeakReference client = await Close(sandbox, isAsync, kept);
        // Off the stack of Close, which has the client as long as this goes on from there.
        await Task.Yield();
        Assert.True(IsCollected(client));
        Assert.All(kept, session => Assert.Throws<ObjectDisposedException>(session.Start));
        SpinWait.SpinUntil(() => sandbox.EventSessions() == 0, Soon.Patience);
        Assert.Equal(0, sandbox.EventSessions());
        // It was the last event, and the session is as if it were disposed.
        kept.ForEach(session => session.Dispose());
    }

    [Fact]
    public static void A_handler_may_dispose_its_session()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        HstEventSession session = hst.CreateEventSession(EventTests.Quick());
        int told = 0;
        using var isOver = new ManualResetEventSlim();
        session.EventReceived += (sender, _) =>
        {
            told++;
            ((HstEventSession)sender!).Dispose();
            session.Dispose();
            isOver.Set();
        };
        session.Start();
        Soon.Comes(isOver);
        session.Dispose();
        SpinWait.SpinUntil(() => sandbox.EventSessions() == 0, Soon.Patience);
        Assert.Equal((1, 0), (told, sandbox.EventSessions()));
    }

    [Fact]
    public static void A_handler_may_dispose_its_client_and_make_calls()
    {
        using var sandbox = new Sandbox("--control");
        var hst = new HstClient(sandbox.Hst);
        using HstEventSession session = hst.CreateEventSession(EventTests.Quick());
        using var log = new EventLog(session);
        session.EventReceived += (_, told) =>
        {
            if (told.Type == HstEventType.State)
            {
                Assert.Equal(0, hst.Live.List(Sandbox.App).Code);
                hst.Dispose();
                hst.Dispose();
            }
        };
        List<Exception> problems = [];
        session.HandlerFailed += (_, problem) => problems.Add(problem);
        session.Start();
        log.Begin();
        log.Next(HstEventType.Closed);
        Assert.Throws<ObjectDisposedException>(() => hst.Info());
        Assert.Empty(problems);
    }

    [Fact]
    public static void What_a_handler_throws_is_told_and_changes_nothing()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        using HstEventSession session = hst.CreateEventSession(EventTests.Quick());
        session.EventReceived += (_, told) => throw new FormatException(told.Type.ToString());
        using var log = new EventLog(session);
        session.Start();
        // Nobody is told.
        log.Begin();
        List<Exception> problems = [];
        session.HandlerFailed += (sender, problem) =>
        {
            Assert.Same(session, sender);
            problems.Add(problem);
            throw new InvalidOperationException("the disk of the log is full");
        };
        sandbox.Join("u1003");
        sandbox.Leave("u1003");
        log.Next(HstEventType.Joined);
        log.Next(HstEventType.Left);
        session.Dispose();
        Assert.Equal(["Joined", "Left"], problems.Select(problem => Assert.IsType<FormatException>(problem).Message));
    }

    [Fact]
    public static async Task Dispose_waits_for_a_handler_whoever_disposes()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        HstEventSession session = hst.CreateEventSession(EventTests.Quick());
        using var inHandler = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        bool isOver = false;
        session.EventReceived += (_, _) =>
        {
            inHandler.Set();
            Soon.Comes(goOn);
            // By then, others wait.
            session.Dispose();
            Thread.Sleep(50);
            isOver = true;
        };
        session.Start();
        Soon.Comes(inHandler);
        Task<bool>[] disposing = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            session.Dispose();
            return isOver;
        }))];
        await Task.WhenAny(Task.WhenAny(disposing), Task.Delay(100));
        Assert.All(disposing, one => Assert.False(one.IsCompleted));
        goOn.Set();
        Assert.All(await Soon.Ends(Task.WhenAll(disposing)), Assert.True);
        Assert.True(isOver);
    }

    [Fact]
    public static void A_handler_that_is_taken_away_gets_nothing()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        using HstEventSession session = hst.CreateEventSession(EventTests.Quick());
        int told = 0;
        int failed = 0;
        void Count(object? sender, HstEvent one) => told++;
        void CountFailure(object? sender, Exception problem) => failed++;
        session.EventReceived += Count;
        session.HandlerFailed += CountFailure;
        using var log = new EventLog(session);
        session.Start();
        log.Begin();
        session.EventReceived -= Count;
        session.HandlerFailed -= CountFailure;
        session.EventReceived += (_, _) => throw new FormatException();
        sandbox.Join("u1003");
        log.Next(HstEventType.Joined);
        session.Dispose();
        Assert.Equal((2, 0), (told, failed));
    }

    [Fact]
    public static void A_session_that_runs_outlives_the_collector_and_keeps_its_client()
    {
        using var sandbox = new Sandbox("--control");
        List<HstEvent> told = [];
        WeakReference session = Forgotten(sandbox, told);
        for (int round = 0; round < 5; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        sandbox.Join("u1003");
        SpinWait.SpinUntil(() => Last(told) == HstEventType.Joined, Soon.Patience);
        Assert.Equal(HstEventType.Joined, Last(told));
        Dispose(session);
        Assert.True(IsCollected(session));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Dispose(WeakReference session) => ((HstEventSession)session.Target!).Dispose();
    }

    [Fact]
    public static void A_session_that_never_began_is_collected()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        Assert.True(IsCollected(Unused(hst)));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Unused(HstClient hst) => new(hst.CreateEventSession(EventTests.Quick()));
    }

    [Fact]
    public static void A_finalizer_may_dispose_a_session()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        HstEventSession session = hst.CreateEventSession(EventTests.Quick());
        using var log = new EventLog(session);
        session.Start();
        log.Begin();
        using var isOver = new ManualResetEventSlim();
        Forget(session, isOver);
        for (int round = 0; round < 50 && !isOver.IsSet; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.True(isOver.IsSet);
        Assert.Throws<ObjectDisposedException>(session.Start);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(HstEventSession session, ManualResetEventSlim isOver) => _ = new Finalized(session, isOver);
    }

    [Fact]
    public static void Many_sessions_open_and_close_at_any_moment()
    {
        using var sandbox = new Sandbox("--control");
        using var hst = new HstClient(sandbox.Hst);
        Parallel.For(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 4 }, round =>
        {
            HstEventSession session = hst.CreateEventSession(EventTests.Quick());
            bool isDisposed = false;
            bool isLate = false;
            session.EventReceived += (_, _) => isLate |= Volatile.Read(ref isDisposed);
            session.Start();
            // Each at another moment of its login.
            Thread.SpinWait(round * 20_000);
            session.Dispose();
            Volatile.Write(ref isDisposed, true);
            Assert.False(isLate);
        });
        SpinWait.SpinUntil(() => sandbox.EventSessions() == 0, Soon.Patience);
        Assert.Equal(0, sandbox.EventSessions());
    }

    [Fact]
    public static void Clients_may_go_while_sessions_start()
    {
        using var sandbox = new Sandbox("--control");
        for (int round = 0; round < 50; round++)
        {
            var hst = new HstClient(sandbox.Hst);
            HstEventSession[] sessions = [.. Enumerable.Range(0, 2).Select(_ => hst.CreateEventSession(EventTests.Quick()))];
            Thread[] threads = [.. sessions.Select(session => new Thread(() => Record.Exception(session.Start)))];
            Array.ForEach(threads, thread => thread.Start());
            Thread.SpinWait(round * 2000);
            hst.Dispose();
            Array.ForEach(threads, thread => Assert.True(thread.Join(Soon.Patience)));
            Array.ForEach(sessions, session => session.Dispose());
        }
    }

    [Fact]
    public static void A_double_tells_what_a_test_says()
    {
        HstEventSession session = Substitute.For<HstEventSession>();
        HstClient hst = Substitute.For<HstClient>();
        hst.CreateEventSession(Arg.Any<EventsOptions>()).Returns(session);
        List<HstEventType> told = [];
        HstEventSession made = hst.CreateEventSession(new EventsOptions { AppIds = ["a"] });
        made.EventReceived += (_, one) => told.Add(one.Type);
        made.Start();
        session.EventReceived += Raise.Event<EventHandler<HstEvent>>(session, new HstEvent("""{"type":"joined"}"""));
        Assert.Equal([HstEventType.Joined], told);
        session.Received().Start();
        made.Dispose();

        using var bare = new Bare();
        Assert.Contains("double", Assert.Throws<NotSupportedException>(bare.Start).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net462")]
    public static void A_program_ends_with_a_session_that_runs_on_each_runtime(string target)
    {
        if (target == "net462" && OwnProcess.Mono == null)
        {
            Assert.Skip("mono is not installed");
        }
        using var sandbox = new Sandbox("--control");
        string driver = Path.Combine(Surroundings.DriverFolder(target), target == "net462" ? "driver.exe" : "driver.dll");
        string[] arguments = ["watch", sandbox.Hst, Sandbox.App];
        long since = Stopwatch.GetTimestamp();
        OwnProcess.Ended run = target == "net462"
            ? OwnProcess.Run(OwnProcess.Mono!, [driver, .. arguments], [])
            : OwnProcess.OnDotnet(driver, [], arguments: arguments);
        // Two minutes are the patience with a program that does not end.
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.Equal(
            """
            disposed in its handler: Connected
            told: Connected, State Opened 4
            thrown: FormatException
            left open

            """,
            run.Output.ReplaceLineEndings());
        Assert.Equal(0, run.Code);
    }

    private static HstEventType? Last(List<HstEvent> told)
    {
        lock (told)
        {
            return told.LastOrDefault()?.Type;
        }
    }

    private static bool IsCollected(WeakReference what)
    {
        for (int round = 0; round < 100 && what.IsAlive; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }
        return !what.IsAlive;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> Close(Sandbox sandbox, bool isAsync, List<HstEventSession> kept)
    {
        var hst = new HstClient(sandbox.Hst);
        HstEventSession session = hst.CreateEventSession(EventTests.Quick());
        using var log = new EventLog(session);
        session.Start();
        log.Begin();
        if (isAsync)
        {
            await Soon.Ends(hst.DisposeAsync());
        }
        else
        {
            hst.Dispose();
        }
        log.Next(HstEventType.Closed);
        Assert.Equal(0, log.Count);
        kept.Add(session);
        return new WeakReference(hst);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forgotten(Sandbox sandbox, List<HstEvent> told)
    {
        HstEventSession session = new HstClient(sandbox.Hst).CreateEventSession(EventTests.Quick());
        session.EventReceived += (_, one) =>
        {
            lock (told)
            {
                told.Add(one);
            }
        };
        session.Start();
        SpinWait.SpinUntil(() => Last(told) == HstEventType.State, Soon.Patience);
        return new WeakReference(session);
    }

    private sealed class Bare : HstEventSession;

    private sealed class Finalized(HstEventSession session, ManualResetEventSlim isOver)
    {
        ~Finalized()
        {
            session.Dispose();
            isOver.Set();
        }
    }
}
