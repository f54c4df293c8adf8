using System;
using System.Collections.Generic;
using System.Runtime;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Tasks;

namespace Meetgate.Bench;

/// <summary>Where the calls go, as the server's first line tells it.</summary>
internal sealed record Target(string BaseUrl, string Token, string RoomId);

/// <summary>
/// Measures all ways in turns, round after round, and prints the figures as JSON: <c>{"about":…,"rounds":{"sync_us.meetgate":[…],…}}</c>.
/// What they mean is for <c>cargo xtask bench</c> to say.
/// </summary>
internal static class Program
{
    private static readonly Dictionary<string, List<double>> Figures = [];

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [var first, var second] || !int.TryParse(second, out int rounds) || rounds < 1)
        {
            await Console.Error.WriteLineAsync("usage: bench TARGET ROUNDS").ConfigureAwait(false);
            return 2;
        }
        Target target = Read(first);
        using var meetgate = new MeetgateReader(target);
        using var http = new HttpClientReader(target);
        using var bare = new BareReader(target);
        Way[] ways = [new("meetgate", meetgate), new("httpclient", http), new("bare", bare)];

        // The first one is for the runtime: it compiles what is hot for the last time.
        await RoundAsync(ways).ConfigureAwait(false);
        Figures.Clear();
        for (int round = 0; round < rounds; round++)
        {
            // None is always the first.
            ways = [.. ways[1..], ways[0]];
            await RoundAsync(ways).ConfigureAwait(false);
            await Console.Error.WriteAsync(".").ConfigureAwait(false);
        }
        await Console.Error.WriteLineAsync().ConfigureAwait(false);
        string about = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, "
            + $"{(GCSettings.IsServerGC ? "server" : "workstation")} GC, libmeetgate {MeetgateClient.LibraryVersion}";
        Console.WriteLine(JsonSerializer.Serialize(new { about, rounds = Figures }));
        return 0;
    }

    private static Target Read(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        string Member(string name) => document.RootElement.GetProperty(name).GetString() ?? throw new FormatException(name);
        return new Target(Member("base_url"), Member("token"), Member("room_id"));
    }

    /// <summary>All ways in short turns, so that what disturbs the machine for a while disturbs each of them.</summary>
    private static async Task RoundAsync(Way[] ways)
    {
        var times = new Dictionary<string, List<double>>();
        for (int turn = 0; turn < 80; turn++)
        {
            foreach (Way way in ways)
            {
                Measure.Times(way.Call, 25, ValuesOf(times, "sync_us." + way.Name));
                if (way.CallAsync is { } call)
                {
                    await Measure.TimesAsync(call, 25, ValuesOf(times, "awaited_us." + way.Name)).ConfigureAwait(false);
                }
            }
        }
        for (int turn = 0; turn < 5; turn++)
        {
            foreach (Way way in ways)
            {
                ValuesOf(times, "threads_8_rate." + way.Name).Add(Measure.RateOfThreads(way.Call, 8, TimeSpan.FromSeconds(0.3)));
                if (way.CallAsync is { } call)
                {
                    double rate = await Measure.RateOfTasksAsync(call, 64, TimeSpan.FromSeconds(0.3)).ConfigureAwait(false);
                    ValuesOf(times, "awaited_64_rate." + way.Name).Add(rate);
                }
            }
        }
        foreach (Way way in ways)
        {
            ValuesOf(times, "sync_garbage." + way.Name).Add(Measure.Garbage(way.Call, 1000));
            if (way.CallAsync is { } call)
            {
                double garbage = await Measure.GarbageAsync(call, 1000).ConfigureAwait(false);
                ValuesOf(times, "awaited_garbage." + way.Name).Add(garbage);
            }
        }
        foreach ((string figure, List<double> values) in times)
        {
            ValuesOf(Figures, figure).Add(Measure.Median(values));
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

        internal Action Call { get; } = () => reader.Read();

        internal Func<Task>? CallAsync { get; } = reader.IsAwaited ? reader.ReadAsync : null;
    }
}
