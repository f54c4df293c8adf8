using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Meetgate.Tests
{
    /// <summary>
    /// Does what a test says, line by line, by the generated methods: see tests/drivers/mod.rs for the lines and the answers.
    /// </summary>
    internal static class Program
    {
        private static readonly Encoding Utf8 = new UTF8Encoding(false, true);
        private static readonly Dictionary<string, MeetgateClient> Clients = new Dictionary<string, MeetgateClient>();
        private static readonly Dictionary<string, Script> Scripts = new Dictionary<string, Script>();

        private static void Main()
        {
            using (var lines = new StreamReader(Console.OpenStandardInput(), Utf8))
            using (Stream output = Console.OpenStandardOutput())
            {
                for (string line = lines.ReadLine(); line != null; line = lines.ReadLine())
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
                    byte[] answer = Utf8.GetBytes(status + " " + text.Length + "\n").Concat(text).Concat(new[] { (byte)'\n' }).ToArray();
                    output.Write(answer, 0, answer.Length);
                    output.Flush();
                }
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
                    Clients[name] = ByName.Client(JsonValue.Parse(line)["platform"].AsText(), line);
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
                    return Clients[name].Info().Json.ToString();
                case "free":
                    Free(name);
                    return "";
                default:
                    throw new ArgumentException(verb + " is no verb");
            }
        }

        private static void Free(string name)
        {
            MeetgateClient client;
            if (Clients.TryGetValue(name, out client))
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
        private sealed class Script
        {
            private readonly JsonValue answers;
            private readonly List<string> told = new List<string>();

            internal Script(string answers)
            {
                this.answers = JsonValue.Parse(answers);
            }

            internal string Told => "[" + string.Join(",", told.Select(token => token == null ? "null" : "\"" + token + "\"")) + "]";

            internal ProvidedToken Next(string deadToken)
            {
                JsonValue answer = answers[Math.Min(told.Count, answers.Count - 1)];
                told.Add(deadToken);
                JsonValue token = answer["token"];
                if (token == null)
                {
                    throw new TimeoutException("as the script says");
                }
                return new ProvidedToken(token.AsText(), answer["lifetime_s"]?.AsInteger());
            }
        }
    }
}
