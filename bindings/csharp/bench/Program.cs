using System;
using System.Runtime;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Tasks;

namespace Meetgate.Bench;

/// <summary>Where the calls go, as the server's first line tells it.</summary>
internal sealed record Target(string BaseUrl, string Token, string RoomId);

/// <summary>
/// Measures all rows, round after round, and prints the figures as JSON: <c>{"about":…,"rounds":{"sync_us.meetgate":[…],…}}</c>.
/// What they mean is for <c>cargo xtask bench</c> to say.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [var first, var second] || !int.TryParse(second, out int rounds) || rounds < 1)
        {
            await Console.Error.WriteLineAsync("usage: bench TARGET ROUNDS").ConfigureAwait(false);
            return 2;
        }
        using Rows rows = new(Read(first));
        // The first one is for the runtime: it compiles what is hot for the last time.
        await rows.MeasureAsync().ConfigureAwait(false);
        rows.Figures.Clear();
        for (int round = 0; round < rounds; round++)
        {
            await rows.MeasureAsync().ConfigureAwait(false);
            await Console.Error.WriteAsync(".").ConfigureAwait(false);
        }
        await Console.Error.WriteLineAsync().ConfigureAwait(false);
        string about = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, "
            + $"{(GCSettings.IsServerGC ? "server" : "workstation")} GC, libmeetgate {MeetgateClient.LibraryVersion}";
        Console.WriteLine(JsonSerializer.Serialize(new { about, rounds = rows.Figures }));
        return 0;
    }

    private static Target Read(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        string Member(string name) => document.RootElement.GetProperty(name).GetString() ?? throw new FormatException(name);
        return new Target(Member("base_url"), Member("token"), Member("room_id"));
    }
}
