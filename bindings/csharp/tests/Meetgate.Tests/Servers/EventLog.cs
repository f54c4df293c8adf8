using System;
using System.Collections.Concurrent;

namespace Meetgate.Tests;

/// <summary>Keeps the events of a session until a test takes them.</summary>
internal sealed class EventLog : IDisposable
{
    private readonly BlockingCollection<HstEvent> events = [];

    internal EventLog(HstEventSession session)
    {
        session.EventReceived += (_, told) => events.Add(told);
    }

    internal int Count => events.Count;

    /// <summary>The next one, which must be of this type.</summary>
    internal HstEvent Next(HstEventType type)
    {
        if (!events.TryTake(out HstEvent? told, Soon.Patience))
        {
            throw new TimeoutException($"no event came, where {type} should");
        }
        return told.Type == type ? told : throw new InvalidOperationException($"{type} should come, and came: {told}");
    }

    /// <summary>Connected, and the first full state.</summary>
    internal HstEvent Begin()
    {
        Next(HstEventType.Connected);
        return Next(HstEventType.State);
    }

    public void Dispose() => events.Dispose();
}
