using System;
using System.Collections.Generic;
using System.Threading;

namespace Meetgate;

/// <summary>
/// Threads for awaited calls that run code of the program's own, a token provider or a stream: that code runs where its call does, and
/// may block. On Mono, for all of them. A thread that has nothing to do waits a while for the next call.
/// </summary>
internal static class CallThreads
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The one that came last is the first to get work, so that the others end when they are not needed.</summary>
    private static readonly List<Worker> Idle = [];

    /// <exception cref="OutOfMemoryException">The system has no thread left.</exception>
    internal static void Run(Action<object?> call)
    {
        // Where the caller's own values are: the activity around the call, for one.
        ExecutionContext? context = ExecutionContext.Capture();
        Hand(context == null ? () => call(null) : () => ExecutionContext.Run(context, new ContextCallback(call), null));
    }

    private static void Hand(Action call)
    {
        Worker? worker = null;
        lock (Idle)
        {
            if (Idle.Count > 0)
            {
                worker = Idle[Idle.Count - 1];
                Idle.RemoveAt(Idle.Count - 1);
            }
        }
        if (worker == null)
        {
            new Worker().Start(call);
        }
        else
        {
            worker.Hand(call);
        }
    }

    /// <summary>Its semaphore is disposed by the thread that waits on it, when the thread ends.</summary>
#pragma warning disable CA1001
    private sealed class Worker
#pragma warning restore CA1001
    {
        private readonly SemaphoreSlim handed = new(0);
        private Action? call;

        internal void Start(Action first)
        {
            call = first;
            new Thread(Work) { IsBackground = true, Name = "meetgate call" }.Start();
        }

        internal void Hand(Action next)
        {
            call = next;
            handed.Release();
        }

        private void Work()
        {
            do
            {
                Action next = call!;
                call = null;
                next();
            }
            while (IsHandedAnother());
            handed.Dispose();
        }

        private bool IsHandedAnother()
        {
            lock (Idle)
            {
                Idle.Add(this);
            }
            if (handed.Wait(Patience))
            {
                return true;
            }
            lock (Idle)
            {
                if (Idle.Remove(this))
                {
                    return false;
                }
            }
            // Somebody took it in the last moment, and hands it a call now.
            handed.Wait();
            return true;
        }
    }
}
