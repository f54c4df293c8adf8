using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace Meetgate.Bench;

/// <summary>
/// The rows of the table. Each row has clients of its own: what a client did for one row, the connections that it opened for example,
/// is not there in another. In a round all ways take short turns, so that what disturbs the machine for a while disturbs each.
/// </summary>
internal sealed class Rows(Target target) : IDisposable
{
    private const int Threads = 8;
    private const int AtOnce = 64;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(0.3);

    private readonly List<Way> one = AllOf(target);
    private readonly List<Way> oneAwaited = AwaitedOf(target);
    private readonly List<Way> threads = AllOf(target);
    private readonly List<Way> atOnce = AwaitedOf(target);

    /// <summary>Of each round one value: <c>sync_us.meetgate</c>.</summary>
    internal Dictionary<string, List<double>> Figures { get; } = [];

    public void Dispose()
    {
        foreach (Way way in one.Concat(oneAwaited).Concat(threads).Concat(atOnce))
        {
            way.Reader.Dispose();
        }
    }

    internal async Task MeasureAsync()
    {
        var taken = new Dictionary<string, List<double>>();
        using (new AwakeProcessors())
        {
            InTurns(80, one, way => ValuesOf(taken, "sync_cpu_us." + way.Name).Add(
                Measure.Times(way.Call, 25, ValuesOf(taken, "sync_us." + way.Name))));
            InTurns(1, one, way => ValuesOf(taken, "sync_garbage." + way.Name).Add(Measure.Garbage(way.Call, 1000)));
            await InTurnsAsync(80, oneAwaited, async way => ValuesOf(taken, "awaited_cpu_us." + way.Name).Add(
                await Measure.TimesAsync(way.CallAsync, 25, ValuesOf(taken, "awaited_us." + way.Name)).ConfigureAwait(false)))
                .ConfigureAwait(false);
            await InTurnsAsync(1, oneAwaited, async way =>
                ValuesOf(taken, "awaited_garbage." + way.Name).Add(await Measure.GarbageAsync(way.CallAsync, 1000).ConfigureAwait(false)))
                .ConfigureAwait(false);
        }
        InTurns(5, threads, way =>
        {
            Load load = Measure.OfThreads(way.Call, Threads, Slice);
            ValuesOf(taken, "threads_8_rate." + way.Name).Add(load.Rate);
            ValuesOf(taken, "threads_8_cpu_us." + way.Name).Add(load.ProcessorMicroseconds);
        });
        await InTurnsAsync(5, atOnce, async way =>
        {
            Load load = await Measure.OfTasksAsync(way.CallAsync, AtOnce, Slice).ConfigureAwait(false);
            ValuesOf(taken, "awaited_64_rate." + way.Name).Add(load.Rate);
            ValuesOf(taken, "awaited_64_cpu_us." + way.Name).Add(load.ProcessorMicroseconds);
        }).ConfigureAwait(false);
        foreach ((string figure, List<double> values) in taken)
        {
            ValuesOf(Figures, figure).Add(Measure.Median(values));
        }
    }

    private static List<Way> AllOf(Target target) => [.. AwaitedOf(target), new Way("bare", new BareReader(target))];

    private static List<Way> AwaitedOf(Target target) =>
        [new Way("meetgate", new MeetgateReader(target)), new Way("httpclient", new HttpClientReader(target))];

    private static void InTurns(int turns, List<Way> ways, Action<Way> take)
    {
        for (int turn = 0; turn < turns; turn++)
        {
            ways.ForEach(take);
            // None is always the first.
            ways.Reverse();
        }
    }

    private static async Task InTurnsAsync(int turns, List<Way> ways, Func<Way, Task> take)
    {
        for (int turn = 0; turn < turns; turn++)
        {
            foreach (Way way in ways)
            {
                await take(way).ConfigureAwait(false);
            }
            ways.Reverse();
        }
    }

    private static List<double> ValuesOf(Dictionary<string, List<double>> figures, string figure)
    {
        if (!figures.TryGetValue(figure, out List<double>? values))
        {
            figures[figure] = values = [];
        }
        return values;
    }

    /// <summary>A way to do the work, with its delegates made once.</summary>
    private sealed class Way(string name, Reader reader)
    {
        internal string Name => name;

        internal Reader Reader => reader;

        internal Action Call { get; } = () => reader.Read();

        internal Func<Task> CallAsync { get; } = reader.ReadAsync;
    }
}
