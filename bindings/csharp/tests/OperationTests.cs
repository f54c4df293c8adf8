using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace Meetgate.Tests
{
    internal sealed class Example
    {
        internal readonly string Operation;
        internal readonly string Parameters;
        internal readonly string Reply;

        internal Example(string operation, string parameters, string reply)
        {
            Operation = operation;
            Parameters = parameters;
            Reply = reply;
        }
    }

    [Tests]
    internal static class OperationTests
    {
        private static readonly string Token = Examples.All.First(example => example.Operation == "hst.access.token").Reply;

        public static void Every_example_succeeds_through_its_own_method() => Try(ByName.Call);

        public static void Every_example_succeeds_through_its_asynchronous_twin() => Try(ByName.CallAsync);

        public static void Typed_members_show_what_the_documented_answers_hold()
        {
            int seen = 0;
            foreach (Example example in Examples.All)
            {
                using (var server = new Scripted(line => line.Contains("/access/token") ? Token : example.Reply))
                using (MeetgateClient client = ByName.Client(example.Operation, At(server, example.Operation)))
                {
                    Reply reply = ByName.Call(client, example.Operation, example.Parameters);
                    Check.Equal(example.Reply, reply.RawText, example.Operation);
                    JsonValue result = reply.Json["result"] ?? reply.Json;
                    seen += Compare(reply, result, example.Operation);
                }
            }
            Check.True(seen > 250, "more than 250 typed members compared, not " + seen);
        }

        private static void Try(Func<MeetgateClient, string, string, Reply> call)
        {
            var failures = new List<string>();
            foreach (Example example in Examples.All)
            {
                using (var sandbox = new Sandbox())
                using (MeetgateClient client = ByName.Client(example.Operation, sandbox.For(example.Operation)))
                {
                    try
                    {
                        Reply reply = call(client, example.Operation, example.Parameters);
                        Check.True(reply.RawText.StartsWith("{"), "an object");
                        ReadAll(reply);
                    }
                    catch (Exception problem)
                    {
                        failures.Add(example.Operation + ": " + problem.Message);
                    }
                }
            }
            Check.Equal("", string.Join("\n", failures));
        }

        private static string At(Scripted server, string operation)
        {
            string url = "\"base_url\":\"" + server.Url + "\"";
            switch (operation.Split('.')[0])
            {
                case "hst":
                    return "{" + url + ",\"dev_id\":\"d\",\"dev_secret\":\"0123456789abcdef\",\"validate\":false}";
                case "youme":
                    return "{" + url + ",\"app_key\":\"k\",\"app_secret\":\"s\",\"rest_api_key\":\"r\"}";
                default:
                    return operation == "avd.app.get_token"
                        ? "{" + url + ",\"access_key\":\"a\",\"secret_key\":\"s\"}"
                        : "{" + url + ",\"token\":\"t\"}";
            }
        }

        /// <summary>Reads every property, inwards: none may throw.</summary>
        private static void ReadAll(ReplyMembers reply)
        {
            foreach (PropertyInfo property in Properties(reply))
            {
                object value = property.GetValue(reply, null);
                foreach (ReplyMembers inner in Objects(value))
                {
                    ReadAll(inner);
                }
            }
        }

        /// <summary>Each member that the JSON has is in its property, as the same.</summary>
        private static int Compare(ReplyMembers reply, JsonValue json, string path)
        {
            int seen = 0;
            Dictionary<string, PropertyInfo> properties = Properties(reply).ToDictionary(property => property.Name);
            foreach (KeyValuePair<string, JsonValue> member in json.Members)
            {
                PropertyInfo property;
                if (properties.TryGetValue(ByName.Pascal(member.Key), out property))
                {
                    seen++;
                    seen += Same(property.GetValue(reply, null), member.Value, path + "." + member.Key);
                }
            }
            return seen;
        }

        private static int Same(object value, JsonValue json, string path)
        {
            Check.True(value != null, path + " is there");
            var list = value as IEnumerable;
            if (value is ReplyMembers)
            {
                return Compare((ReplyMembers)value, json, path);
            }
            if (value is JsonValue)
            {
                Check.Equal(json.ToString(), value.ToString(), path);
            }
            else if (value is string || list == null)
            {
                string text = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
                Check.Equal(json.AsText().ToLowerInvariant(), text.ToLowerInvariant(), path);
            }
            else
            {
                object[] items = list.Cast<object>().ToArray();
                Check.Equal(json.Count, items.Length, path);
                return items.Select((item, i) => Same(item, json[i], path + "[" + i + "]")).Sum();
            }
            return 0;
        }

        private static IEnumerable<ReplyMembers> Objects(object value)
        {
            var list = value as IEnumerable;
            return value is string || list == null
                ? new[] { value }.OfType<ReplyMembers>()
                : list.OfType<ReplyMembers>();
        }

        private static IEnumerable<PropertyInfo> Properties(ReplyMembers reply) =>
            reply.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(property => property.Name != "Json" && property.Name != "RawText");
    }
}
