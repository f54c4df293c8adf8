using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

namespace Meetgate.Tests;

/// <summary>
/// Does what a test says, line by line, by the generated methods: see tests/drivers/mod.rs for the lines and the
/// answers.
/// </summary>
internal static class Program
{
    private static readonly Encoding Utf8 = new UTF8Encoding(false, true);
    private static readonly Dictionary<string, MeetgateClient> Clients = [];
    private static readonly Dictionary<string, Script> Scripts = [];

    private static async Task Main(string[] arguments)
    {
        if (arguments.Length == 2 && arguments[0] == "end")
        {
            await Ending.Run(arguments[1]).ConfigureAwait(false);
            return;
        }
        if (arguments.Length == 3 && arguments[0] == "watch")
        {
            Watching.Run(arguments[1], arguments[2]);
            return;
        }
        using var lines = new StreamReader(Console.OpenStandardInput(), Utf8);
        using Stream output = Console.OpenStandardOutput();
        while (lines.ReadLine() is { } line)
        {
            string status = "OK";
            string reply;
            try
            {
                reply = Obey(line);
            }
            catch (MeetgateException problem)
            {
                reply = problem.Document;
                status = problem.StatusName;
            }
            byte[] text = Utf8.GetBytes(reply);
            byte[] answer = [.. Utf8.GetBytes(status + " " + text.Length + "\n"), .. text, (byte)'\n'];
            output.Write(answer, 0, answer.Length);
            output.Flush();
        }
        foreach (MeetgateClient client in Clients.Values)
        {
            client.Dispose();
        }
    }

    private static string Obey(string line)
    {
        string verb = Word(ref line);
        string name = Word(ref line);
        switch (verb)
        {
            case "new":
                Free(name);
                Clients[name] = ByName.Client(
                    JsonDocument.Parse(line).RootElement.GetProperty("platform").GetString()!, line);
                return "";
            case "call":
                string operation = Word(ref line);
                return ByName.Call(Clients[name], operation, line).RawText;
            case "set_token":
                ((MeetgateTokenClient)Clients[name]).SetToken(line);
                return "";
            case "provide":
                Scripts[name] = new Script(line);
                ((MeetgateTokenClient)Clients[name]).SetTokenProvider(Scripts[name].Next);
                return "";
            case "asked":
                return Scripts[name].Told;
            case "info":
                return Clients[name].Info().RawText;
            case "free":
                Free(name);
                return "";
            default:
                throw new ArgumentException(verb + " is no verb");
        }
    }

    private static void Free(string name)
    {
        if (Clients.TryGetValue(name, out MeetgateClient? client))
        {
            client.Dispose();
            Clients.Remove(name);
        }
    }

    /// <summary>The text up to the next blank, which is taken off.</summary>
    private static string Word(ref string rest)
    {
        int blank = rest.IndexOf(' ');
        string first = blank < 0 ? rest : rest.Substring(0, blank);
        rest = blank < 0 ? "" : rest.Substring(blank + 1);
        return first;
    }

    /// <summary>A token provider that gives scripted answers, and keeps the dead tokens that it was told.</summary>
    private sealed class Script(string answers)
    {
        private readonly JsonElement[] answers = [.. JsonDocument.Parse(answers).RootElement.EnumerateArray()];
        private readonly List<string?> told = [];

        internal string Told => "[" + string.Join(
            ",", told.Select(token => token == null ? "null" : "\"" + token + "\"")) + "]";

        internal ProvidedToken? Next(string? deadToken)
        {
            JsonElement answer = answers[Math.Min(told.Count, answers.Length - 1)];
            told.Add(deadToken);
            if (answer.TryGetProperty("fails", out JsonElement reason))
            {
                throw new InvalidOperationException(reason.GetString());
            }
            TimeSpan? lifetime = answer.TryGetProperty("lifetime_s", out JsonElement seconds)
                ? TimeSpan.FromSeconds(seconds.GetInt64())
                : null;
            return new ProvidedToken(answer.GetProperty("token").GetString()!, lifetime);
        }
    }
}
