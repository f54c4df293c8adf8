using System;

namespace Meetgate;

/// <summary>Where the C library tells what happens in a client: leads to the program's own function.</summary>
internal static class LogBridge
{
    [ThreadStatic]
    private static bool isInLog;

    /// <summary>Sets a client's log, or takes it away.</summary>
    internal static void Set(ClientHandle client, MeetgateLogLevel level, Action<MeetgateEvent>? log)
    {
        if (isInLog)
        {
            // The library would refuse it, too: but the gate is asked before, which may wait for this very log.
            throw MeetgateException.Refused(MeetgateStatus.InvalidArgument, "SetLog: a log cannot set a log");
        }
        client.SetLog((int)level, log == null ? null : (_, _, json) => Take(log, json));
    }

    /// <summary>Called by C. No exception may leave it.</summary>
    private static void Take(Action<MeetgateEvent> log, IntPtr json)
    {
        bool wasInLog = isInLog;
        isInLog = true;
        try
        {
            log(new MeetgateEvent(new Answer(Utf8.Span(json).ToArray(), null)));
        }
#pragma warning disable CA1031 // Whatever it is, it must not reach C, and a log changes no call.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
        finally
        {
            isInLog = wasInLog;
        }
    }
}
