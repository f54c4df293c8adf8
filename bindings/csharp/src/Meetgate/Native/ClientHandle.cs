using System;
using System.Runtime.InteropServices;

namespace Meetgate;

/// <summary>
/// A client of the C library. Its owner counts the calls, and disposes it when the last one has come back, and not before.
/// </summary>
internal sealed unsafe class ClientHandle : SafeHandle
{
    /// <summary>Ends the calls that have no cancel of their own.</summary>
    private readonly nint closing = NativeMethods.meetgate_cancel_new();

    private readonly object logGate = new();

    /// <summary>In a field: the collector does not see that C holds it.</summary>
    private NativeMethods.Log? keptLog;

    private ClientHandle(nint client)
        : base(IntPtr.Zero, true)
    {
        SetHandle(client);
    }

    /// <summary>What knows why a provider failed; null as long as there is none.</summary>
    internal TokenProviderBridge? Tokens { get; set; }

    public override bool IsInvalid => handle == IntPtr.Zero;

    internal static ClientHandle Make(ReadOnlySpan<byte> config)
    {
        CLibrary.Load();
        nint client;
        nint error = 0;
        fixed (byte* text = config)
        {
            int status = NativeMethods.meetgate_client_new(text, &client, &error);
            Take(status, error);
        }
        return new ClientHandle(client);
    }

    /// <summary>Calls an operation, or sends a request of the caller's own where there is no operation.</summary>
    /// <param name="called">The operation's name, for messages.</param>
    /// <param name="operation">The same with the NUL that ends it, or null.</param>
    /// <param name="parameters">With a NUL behind them.</param>
    /// <param name="options">Likewise, or none.</param>
    /// <param name="cancel">The address of what ends this call; null where only the end of the client does.</param>
    /// <returns>The bytes of the platform's answer.</returns>
    internal byte[] Call(
        string called, byte[]? operation, ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> options, nint? cancel)
    {
        nint reply = 0;
        // A span of no bytes has the address NULL, which means that there are no options.
        fixed (byte* name = operation, text = parameters, chosen = options)
        {
            int status = operation == null
                ? NativeMethods.meetgate_raw_call_with(handle, text, chosen, cancel ?? closing, &reply)
                : NativeMethods.meetgate_call_with(handle, name, text, chosen, cancel ?? closing, &reply);
            return Take(status, reply, called, Tokens);
        }
    }

    /// <summary>Calls an operation that takes a file.</summary>
    /// <param name="called">The operation's name, for messages.</param>
    /// <param name="operation">The same with the NUL that ends it.</param>
    /// <param name="parameters">With a NUL behind them.</param>
    /// <param name="options">Likewise, or none.</param>
    /// <param name="cancel">As for <see cref="Call"/>.</param>
    /// <param name="transfer">Gives the content, where it is the program's own, and is told the progress.</param>
    internal byte[] Upload(
        string called,
        byte[] operation,
        ReadOnlySpan<byte> parameters,
        ReadOnlySpan<byte> options,
        nint? cancel,
        Transfer transfer)
    {
        nint reply = 0;
        nint read = transfer.Read == null ? 0 : Marshal.GetFunctionPointerForDelegate(transfer.Read);
        fixed (byte* name = operation, text = parameters, chosen = options)
        {
            int status = NativeMethods.meetgate_upload(
                handle, name, text, chosen, cancel ?? closing, read, transfer.Length, Function(transfer.Progress), 0, &reply);
            GC.KeepAlive(transfer);
            return Take(status, reply, called, Tokens);
        }
    }

    /// <summary>Fetches a file.</summary>
    /// <param name="called">What it is called in messages.</param>
    /// <param name="urlOrPath">With a NUL behind it.</param>
    /// <param name="file">Likewise.</param>
    /// <param name="options">Likewise, or none.</param>
    /// <param name="cancel">As for <see cref="Call"/>.</param>
    /// <param name="transfer">Is told the progress.</param>
    internal byte[] Download(
        string called, byte[] urlOrPath, byte[] file, ReadOnlySpan<byte> options, nint? cancel, Transfer transfer)
    {
        nint reply = 0;
        fixed (byte* from = urlOrPath, to = file, chosen = options)
        {
            int status = NativeMethods.meetgate_download(
                handle, from, to, chosen, cancel ?? closing, Function(transfer.Progress), 0, &reply);
            GC.KeepAlive(transfer);
            return Take(status, reply, called, Tokens);
        }
    }

    /// <summary>Whether another operation undoes this one.</summary>
    /// <param name="operation">With the NUL that ends it.</param>
    internal static bool CanBeUndone(byte[] operation)
    {
        fixed (byte* name = operation)
        {
            nint undoing = NativeMethods.meetgate_undone_by(name);
            NativeMethods.meetgate_string_free(undoing);
            return undoing != 0;
        }
    }

    /// <summary>Undoes what an operation started.</summary>
    /// <param name="called">The operation's name, for messages.</param>
    /// <param name="started">What was called, and what it answered.</param>
    /// <param name="options">With a NUL behind them, or none.</param>
    /// <param name="cancel">As for <see cref="Call"/>.</param>
    internal byte[] Undo(string called, Started started, ReadOnlySpan<byte> options, nint? cancel)
    {
        nint reply = 0;
        fixed (byte* name = started.Operation, text = started.Parameters, answer = started.Answer, chosen = options)
        {
            int status = NativeMethods.meetgate_undo(handle, name, text, answer, chosen, cancel ?? closing, &reply);
            return Take(status, reply, called, Tokens);
        }
    }

    /// <summary>Calls an operation that reads until what it tells of has come to an end.</summary>
    /// <param name="called">The operation's name, for messages.</param>
    /// <param name="operation">The same with the NUL that ends it.</param>
    /// <param name="parameters">With a NUL behind them.</param>
    /// <param name="options">Likewise, or none.</param>
    /// <param name="cancel">As for <see cref="Call"/>.</param>
    internal byte[] Wait(
        string called, byte[]? operation, ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> options, nint? cancel)
    {
        nint reply = 0;
        fixed (byte* name = operation, text = parameters, chosen = options)
        {
            int status = NativeMethods.meetgate_wait(handle, name, text, chosen, cancel ?? closing, &reply);
            return Take(status, reply, called, Tokens);
        }
    }

    /// <summary>Opens a session of events, and begins it.</summary>
    /// <param name="options">With a NUL behind them.</param>
    /// <param name="reader">Gets the events, perhaps before this returns. It is rooted until the session is closed.</param>
    internal EventsHandle OpenEvents(byte[] options, IEventReader reader)
    {
        nint events = 0;
        nint error = 0;
        var root = GCHandle.Alloc(reader);
        fixed (byte* chosen = options)
        {
            int status = NativeMethods.meetgate_events_open(
                handle, chosen, EventsHandle.Function, GCHandle.ToIntPtr(root), &events, &error);
            if (status != (int)MeetgateStatus.Ok)
            {
                root.Free();
                Take(status, error);
            }
        }
        return new EventsHandle(events, root);
    }

    private static nint Function(NativeMethods.Progress? progress) =>
        progress == null ? 0 : Marshal.GetFunctionPointerForDelegate(progress);

    /// <summary>Has the C library call on a thread of its own. What it is given is copied.</summary>
    /// <param name="called">The operation's name, for messages.</param>
    /// <param name="operation">The same with the NUL that ends it, or null.</param>
    /// <param name="parameters">With a NUL behind them.</param>
    /// <param name="options">Likewise, or none.</param>
    /// <param name="cancel">The address of what ends this call; null where only the end of the client does.</param>
    /// <param name="completion">Gets the result, unless this throws.</param>
    internal void Submit(
        string called,
        byte[]? operation,
        ReadOnlySpan<byte> parameters,
        ReadOnlySpan<byte> options,
        nint? cancel,
        ICompletion completion)
    {
        nint error = 0;
        var root = GCHandle.Alloc(completion);
        nint userData = GCHandle.ToIntPtr(root);
        fixed (byte* name = operation, text = parameters, chosen = options)
        {
            int status = operation == null
                ? NativeMethods.meetgate_raw_call_async(
                    handle, text, chosen, cancel ?? closing, Completion.Function, userData, &error)
                : NativeMethods.meetgate_call_async(
                    handle, name, text, chosen, cancel ?? closing, Completion.Function, userData, &error);
            if (status != (int)MeetgateStatus.Ok)
            {
                root.Free();
                Take(status, error, called, Tokens);
            }
        }
    }

    /// <summary>The bytes of what a submitted call came to, or the exception of its error document.</summary>
    internal byte[] TakeAnswer(int status, nint text, string called) => Take(status, text, called, Tokens);

    /// <summary>Ends the calls without a cancel of their own: those in C, and those that have begun and are not there yet.</summary>
    internal void CancelCalls()
    {
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            NativeMethods.meetgate_cancel_trigger(closing);
        }
        catch (ObjectDisposedException)
        {
            // Ended before.
        }
        finally
        {
            if (isHeld)
            {
                DangerousRelease();
            }
        }
    }

    /// <summary>The description of the client, as JSON.</summary>
    internal byte[] Info()
    {
        nint info = 0;
        return Take(NativeMethods.meetgate_client_info(handle, &info), info);
    }

    /// <summary>What the calls came to, as JSON.</summary>
    internal byte[] Stats()
    {
        nint stats = 0;
        return Take(NativeMethods.meetgate_client_stats(handle, &stats), stats);
    }

    internal void CloseIdle()
    {
        nint error = 0;
        Take(NativeMethods.meetgate_client_close_idle(handle, &error), error);
    }

    /// <summary>Sets what the C library tells events to; null takes it away. It is kept for as long as C may call it.</summary>
    internal void SetLog(int level, NativeMethods.Log? log)
    {
        nint error = 0;
        // Which one C has must be the one that is kept, whoever else sets one now.
        lock (logGate)
        {
            nint function = log == null ? 0 : Marshal.GetFunctionPointerForDelegate(log);
            Take(NativeMethods.meetgate_client_set_log(handle, level, function, 0, &error), error);
            keptLog = log;
        }
    }

    /// <summary>Replaces the fixed token.</summary>
    internal void SetToken(byte[] token)
    {
        nint error = 0;
        fixed (byte* text = token)
        {
            Take(NativeMethods.meetgate_client_set_token(handle, text, &error), error);
        }
    }

    /// <summary>Sets what the C library calls for a token. Whoever sets it keeps it for as long as the client lives.</summary>
    internal void SetTokenProvider(NativeMethods.TokenProvider provider)
    {
        nint error = 0;
        nint function = Marshal.GetFunctionPointerForDelegate(provider);
        Take(NativeMethods.meetgate_client_set_token_provider(handle, function, 0, &error), error);
    }

    internal static byte[] HstUserToken(ReadOnlySpan<byte> parameters)
    {
        CLibrary.Load();
        nint reply = 0;
        fixed (byte* text = parameters)
        {
            return Take(NativeMethods.meetgate_hst_user_token(text, &reply), reply);
        }
    }

    internal static byte[] YoumeUserToken(ReadOnlySpan<byte> parameters)
    {
        CLibrary.Load();
        nint reply = 0;
        fixed (byte* text = parameters)
        {
            return Take(NativeMethods.meetgate_youme_user_token(text, &reply), reply);
        }
    }

    internal static byte[] YoumeChecksum(ReadOnlySpan<byte> parameters)
    {
        CLibrary.Load();
        nint reply = 0;
        fixed (byte* text = parameters)
        {
            return Take(NativeMethods.meetgate_youme_checksum(text, &reply), reply);
        }
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.meetgate_client_free(handle);
        NativeMethods.meetgate_cancel_free(closing);
        return true;
    }

    /// <summary>The bytes of what C gave out, none for NULL, or the exception of an error document. The text is freed.</summary>
    private static byte[] Take(int status, nint text, string? called = null, TokenProviderBridge? tokens = null)
    {
        try
        {
            return status == (int)MeetgateStatus.Ok ? Utf8.Span(text).ToArray() : throw Failure(status, text, called, tokens);
        }
        finally
        {
            NativeMethods.meetgate_string_free(text);
        }
    }

    private static Exception Failure(int status, nint error, string? called, TokenProviderBridge? tokens)
    {
        string text = Utf8.Copy(error) ?? "{}";
        var document = new ErrorDocument((MeetgateStatus)status, text, null, called);
        return tokens?.CauseOf(document) switch
        {
            null => MeetgateException.From(document),
            // The time of the call on this thread is over, too: it is the call that ran into its limit.
            ProviderOverdueException overdue when TokenProviderBridge.Limit is { IsOver: true } => MeetgateException.From(ErrorDocument.Made(
                MeetgateStatus.Timeout, null, "the token provider: " + overdue.Message, overdue, called, isRetryable: true)),
            OperationCanceledException cancelled =>
                new OperationCanceledException(cancelled.Message, cancelled, cancelled.CancellationToken),
            Exception cause => MeetgateException.From(new ErrorDocument(document.Status, text, cause, called)),
        };
    }
}
