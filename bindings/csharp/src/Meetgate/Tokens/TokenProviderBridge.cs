using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate;

/// <summary>Where the C library asks for a client's tokens: leads to the program's own function.</summary>
internal sealed class TokenProviderBridge
{
    private const int Given = 0;

    /// <summary>The provider that runs on this thread or in this asynchronous flow, if one does.</summary>
    private static readonly AsyncLocal<Question?> Current = new();

    /// <summary>In a field: the collector does not see that C holds it.</summary>
    private readonly NativeMethods.TokenProvider callback;

    private volatile Func<string?, TimeSpan, ProvidedToken?>? provide;

    /// <summary>What it threw last. It stays when a later call succeeds: those that waited may still be on their way to it.</summary>
    private volatile Exception? failure;

    internal TokenProviderBridge()
    {
        callback = Answer;
    }

    /// <summary>Whether this client's own provider is what calls, at once or through the provider of another client.</summary>
    internal bool IsAsking
    {
        get
        {
            for (Question? question = Current.Value; question != null; question = question.Around)
            {
                if (question.Of == this && !question.IsOver)
                {
                    return true;
                }
            }
            return false;
        }
    }

    /// <summary>How long the asynchronous provider of the call on this thread may take. Null where no call runs.</summary>
    [ThreadStatic]
    internal static CallLimit? Limit;

    /// <summary>The exception that the provider threw, where that is why a call failed; else null.</summary>
    internal Exception? CauseOf(ErrorDocument document) =>
        document.Status == MeetgateStatus.Auth && document.GetNumber("code") == null
            && document.GetText("message") is { } message && message.StartsWith("the token provider failed", StringComparison.Ordinal)
            ? failure
            : null;

    /// <summary>Cancelled when the client ends: a call waits no longer for an asynchronous provider then.</summary>
    internal CancellationToken Ending { get; set; }

    /// <summary>How long an asynchronous provider may take where no call asks: a session of events does.</summary>
    internal TimeSpan Patience { get; set; } = CallLimit.Longest;

    internal void Set(ClientHandle client, Func<string?, ProvidedToken?> provider) =>
        Set(client, (deadToken, _) => provider(deadToken));

    internal void Set(ClientHandle client, Func<string?, CancellationToken, Task<ProvidedToken>> provider) =>
        Set(client, (deadToken, limit) => Await(provider, deadToken, limit));

    private ProvidedToken? Await(
        Func<string?, CancellationToken, Task<ProvidedToken>> provider, string? deadToken, TimeSpan limit)
    {
        // The token's source is left to the collector: a provider that goes on after its time may still look at it.
        var source = new CancellationTokenSource();
        // Not on this thread: a provider that comes back to the caller's context would wait for the call, which waits for it.
        Task<ProvidedToken> answer = Task.Run(() => provider(deadToken, source.Token)
            ?? throw new InvalidOperationException("it gave null in place of a task"));
        if (!IsAnswered(answer, limit))
        {
            // Nor does the call wait for what the provider does when it hears of it.
            Task told = Task.Run(source.Cancel);
            foreach (Task late in new[] { answer, told })
            {
                _ = late.ContinueWith(failed => failed.Exception, TaskContinuationOptions.OnlyOnFaulted);
            }
            throw Ending.IsCancellationRequested
                ? new ObjectDisposedException(null, "the client was disposed")
                : new ProviderOverdueException(limit);
        }
        return answer.GetAwaiter().GetResult();
    }

    private bool IsAnswered(Task answer, TimeSpan limit)
    {
        try
        {
            return Task.WaitAll([answer.ContinueWith(_ => { }, TaskScheduler.Default)], (int)limit.TotalMilliseconds, Ending);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Gives a client this provider in the place of the one before.</summary>
    private void Set(ClientHandle client, Func<string?, TimeSpan, ProvidedToken?> provider)
    {
        lock (callback)
        {
            Func<string?, TimeSpan, ProvidedToken?>? before = provide;
            // Ahead of the call: the library may ask at once, on another thread.
            provide = provider;
            try
            {
                client.SetTokenProvider(callback);
            }
            catch
            {
                provide = before;
                throw;
            }
        }
    }

    /// <summary>Called by C. No exception may leave it.</summary>
    private int Answer(IntPtr userData, IntPtr deadToken, IntPtr token, UIntPtr capacity, ref long lifetimeS)
    {
        Question? before = Current.Value;
        var question = new Question(this, before);
        CallEnd? end = CallEnd.Current;
        int room = checked((int)Math.Min(capacity.ToUInt64(), int.MaxValue));
        try
        {
            Current.Value = question;
            end?.EnterProgram();
            ProvidedToken given = provide!(Utf8.Copy(deadToken), Limit?.Left() ?? Patience)
                ?? throw new InvalidOperationException("it gave null in place of a token");
            byte[] bytes = Utf8.Terminated(given.Token, "the token");
            if (bytes.Length > room)
            {
                throw new InvalidOperationException($"it gave a token of {bytes.Length - 1} bytes; there is room for {room - 1}");
            }
            Marshal.Copy(bytes, 0, token, bytes.Length);
            lifetimeS = given.Lifetime is { } lifetime ? (long)lifetime.TotalSeconds : 0;
            return Given;
        }
#pragma warning disable CA1031 // Whatever it is, it must not reach C, and it reaches the caller.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            failure = problem;
            byte[] words = System.Text.Encoding.UTF8.GetBytes(ReasonOf(problem).Replace('\0', ' '));
            int length = Math.Min(words.Length, room - 1);
            Marshal.Copy(words, 0, token, length);
            Marshal.WriteByte(token, length, 0);
            return NativeMethods.TokenReason;
        }
        finally
        {
            end?.ExitProgram();
            question.IsOver = true;
            Current.Value = before;
        }
    }

    private static string ReasonOf(Exception problem)
    {
        string name = problem.GetType().Name;
        try
        {
            string words = problem.Message;
            return problem is InvalidOperationException or MeetgateInvalidArgumentException or ProviderOverdueException
                ? words
                : $"it threw {name}: {words}";
        }
#pragma warning disable CA1031 // An exception of the program's own may throw even here, and nothing may reach C.
        catch (Exception)
#pragma warning restore CA1031
        {
            return "it threw " + name;
        }
    }

    /// <summary>One question to a provider. What the provider started may live longer, and may call then.</summary>
    private sealed class Question(TokenProviderBridge of, Question? around)
    {
        internal TokenProviderBridge Of { get; } = of;

        /// <summary>The question that this one came up in: a provider may use other clients.</summary>
        internal Question? Around { get; } = around;

        internal volatile bool IsOver;
    }
}

/// <summary>An asynchronous provider did not answer in time.</summary>
#pragma warning disable CA1032, CA1064 // Nobody makes or catches one: it is a TimeoutException for programs.
internal sealed class ProviderOverdueException(TimeSpan limit)
    : TimeoutException($"no answer within {limit.TotalMilliseconds:0} ms");
#pragma warning restore CA1032, CA1064

/// <summary>Until when a call runs, and how long it may wait for a token.</summary>
internal sealed class CallLimit(TimeSpan call, TimeSpan token)
{
    /// <summary>The longest that can be configured.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(16);

    private readonly Stopwatch sinceStart = Stopwatch.StartNew();

    /// <summary>A wait may end a tick of the system's clock too early.</summary>
    internal bool IsOver => sinceStart.Elapsed + Tick >= call;

    internal TimeSpan Left()
    {
        TimeSpan left = call - sinceStart.Elapsed;
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < token ? left : token;
    }
}
