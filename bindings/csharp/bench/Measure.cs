using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate.Bench;

/// <summary>What a way did while it was called by many at once.</summary>
/// <param name="Rate">Calls a second.</param>
/// <param name="ProcessorMicroseconds">Of this process, for a call.</param>
internal sealed record Load(double Rate, double ProcessorMicroseconds);

/// <summary>The figures that are taken of one way.</summary>
internal static class Measure
{
    /// <summary>Adds how long each call took, in microseconds.</summary>
    /// <returns>The processor time of this process, for a call.</returns>
    internal static double Times(Action call, int calls, List<double> times)
    {
        double before = ProcessorTime.Microseconds;
        for (int i = 0; i < calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            call();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        return (ProcessorTime.Microseconds - before) / calls;
    }

    /// <summary>The same of calls that are awaited, one after the other.</summary>
    internal static async Task<double> TimesAsync(Func<Task> call, int calls, List<double> times)
    {
        double before = ProcessorTime.Microseconds;
        for (int i = 0; i < calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await call().ConfigureAwait(false);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        return (ProcessorTime.Microseconds - before) / calls;
    }

    /// <summary>What so many threads do in a time.</summary>
    internal static Load OfThreads(Action call, int threads, TimeSpan time)
    {
        long calls = 0;
        bool isOver = false;
        Exception? problem = null;
        void Work()
        {
            try
            {
                while (!Volatile.Read(ref isOver))
                {
                    call();
                    Interlocked.Increment(ref calls);
                }
            }
#pragma warning disable CA1031 // It is thrown again, on the thread that waits.
            catch (Exception thrown)
#pragma warning restore CA1031
            {
                problem = thrown;
            }
        }
        Thread[] all = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Work))];
        var clock = new Clock();
        Array.ForEach(all, thread => thread.Start());
        Thread.Sleep(time);
        Volatile.Write(ref isOver, true);
        Array.ForEach(all, thread => thread.Join());
        return problem == null ? clock.Load(calls) : throw new InvalidOperationException("a thread failed", problem);
    }

    /// <summary>What is done in a time where so many calls are awaited at once.</summary>
    internal static async Task<Load> OfTasksAsync(Func<Task> call, int atOnce, TimeSpan time)
    {
        long calls = 0;
        bool isOver = false;
        async Task Work()
        {
            while (!Volatile.Read(ref isOver))
            {
                await call().ConfigureAwait(false);
                Interlocked.Increment(ref calls);
            }
        }
        var clock = new Clock();
        Task all = Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(Work)));
        await Task.Delay(time).ConfigureAwait(false);
        Volatile.Write(ref isOver, true);
        await all.ConfigureAwait(false);
        return clock.Load(calls);
    }

    /// <summary>What a call leaves to the collector, in bytes, on the thread that makes it.</summary>
    internal static double Garbage(Action call, int calls)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            call();
        }
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / calls;
    }

    /// <summary>The same of a call that is awaited, on all threads.</summary>
    internal static async Task<double> GarbageAsync(Func<Task> call, int calls)
    {
        long before = GC.GetTotalAllocatedBytes(true);
        for (int i = 0; i < calls; i++)
        {
            await call().ConfigureAwait(false);
        }
        return (double)(GC.GetTotalAllocatedBytes(true) - before) / calls;
    }

    internal static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private sealed class Clock
    {
        private readonly long start = Stopwatch.GetTimestamp();
        private readonly double processor = ProcessorTime.Microseconds;

        internal Load Load(long calls) =>
            new(calls / Stopwatch.GetElapsedTime(start).TotalSeconds, (ProcessorTime.Microseconds - processor) / calls);
    }
}
