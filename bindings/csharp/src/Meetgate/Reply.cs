using System;
using System.Collections.Generic;

namespace Meetgate
{
    /// <summary>An object of an answer, read-only. Safe to read from any thread.</summary>
    /// <remarks>
    /// A property is null where the platform left the member out, and a list is empty. The platforms give some numbers as text
    /// and the reverse; both are read. A member that is something else altogether throws <see cref="FormatException"/> when it
    /// is read; <see cref="Json"/> shows it as it came.
    /// </remarks>
    public abstract class ReplyMembers
    {
        private readonly Dictionary<string, object> parts = new Dictionary<string, object>();

        internal ReplyMembers()
        {
        }

        /// <summary>All members as they came, those without a property of their own among them.</summary>
        /// <exception cref="FormatException">The runtime's JSON reader cannot read the answer.</exception>
        public abstract JsonValue Json { get; }

        /// <summary>The JSON text.</summary>
        public override string ToString() => Json.ToString();

        internal virtual JsonValue Find(string name) => Json[name];

        internal string GetText(string name) => Read(name, value => value.AsText());

        internal long? GetInteger(string name) => Read(name, value => value.AsInteger());

        internal decimal? GetDecimal(string name) => Read(name, value => value.AsDecimal());

        internal bool? GetBoolean(string name) => Read(name, value => value.AsBoolean());

        internal JsonValue GetJson(string name) => Find(name);

        internal IReadOnlyList<string> GetTexts(string name) => List(name, Find(name), value => value.AsText());

        internal IReadOnlyList<T> GetItems<T>(string name, Func<JsonValue, T> make) => List(name, Find(name), make);

        internal T GetObject<T>(string name, Func<JsonValue, T> make)
            where T : class
        {
            return Part(name, () =>
            {
                JsonValue value = Find(name);
                if (value == null || value.Kind == JsonKind.Null)
                {
                    return null;
                }
                // A server that has nothing to say may write an empty object as an empty array.
                if (value.Kind != JsonKind.Object && !IsEmpty(value))
                {
                    throw Unfit(name, "an object", value);
                }
                return make(value);
            });
        }

        /// <summary>The elements of an array. An empty object is one without elements, for the same reason.</summary>
        internal IReadOnlyList<T> List<T>(string name, JsonValue value, Func<JsonValue, T> make)
        {
            return Part<IReadOnlyList<T>>(name, () =>
            {
                var list = new List<T>();
                if (value == null || value.Kind == JsonKind.Null || IsEmpty(value))
                {
                    return list.AsReadOnly();
                }
                if (value.Kind != JsonKind.Array)
                {
                    throw Unfit(name, "an array", value);
                }
                foreach (JsonValue item in value.Items)
                {
                    list.Add(make(item));
                }
                return list.AsReadOnly();
            });
        }

        private static bool IsEmpty(JsonValue value) =>
            (value.Kind == JsonKind.Array || value.Kind == JsonKind.Object) && value.Count == 0;

        private static FormatException Unfit(string name, string wanted, JsonValue found) =>
            new FormatException(name + ": expected " + wanted + ", found " + found.Kind);

        private T Read<T>(string name, Func<JsonValue, T> read)
        {
            JsonValue value = Find(name);
            try
            {
                return value == null ? default(T) : read(value);
            }
            catch (FormatException problem)
            {
                throw new FormatException(name + ": " + problem.Message, problem);
            }
        }

        /// <summary>Made once, and then the same at every look.</summary>
        private T Part<T>(string name, Func<T> make)
            where T : class
        {
            lock (parts)
            {
                object part;
                if (!parts.TryGetValue(name, out part))
                {
                    part = make();
                    parts.Add(name, part);
                }
                return (T)part;
            }
        }
    }

    /// <summary>An object inside an answer.</summary>
    public abstract class ReplyObject : ReplyMembers
    {
        internal ReplyObject(JsonValue json)
        {
            Json = json;
        }

        /// <inheritdoc/>
        public override JsonValue Json { get; }
    }

    /// <summary>A platform's answer: its text exactly as it came, and its members.</summary>
    public class Reply : ReplyMembers
    {
        private JsonValue json;

        internal Reply(string rawText)
        {
            RawText = rawText;
        }

        /// <summary>The answer exactly as it came.</summary>
        public string RawText { get; }

        /// <inheritdoc/>
        public override JsonValue Json
        {
            // Parsed at the first look; twice at worst, by two threads, and both times to the same.
            get { return json ?? (json = JsonValue.Parse(RawText)); }
        }

        /// <summary>The answer exactly as it came.</summary>
        public override string ToString() => RawText;
    }

    /// <summary>An answer of hst. Its members stand in <c>result</c>, or beside it: both are looked at, in this order (H5).</summary>
    public class HstReply : Reply
    {
        internal HstReply(string rawText)
            : base(rawText)
        {
        }

        internal override JsonValue Find(string name)
        {
            JsonValue result = Json["result"];
            return (result == null ? null : result[name]) ?? Json[name];
        }

        /// <summary>
        /// The rows of a list whose name is not documented: <c>result</c> itself, else the first array inside it (H6).
        /// </summary>
        internal IReadOnlyList<T> GetUnnamedItems<T>(Func<JsonValue, T> make)
        {
            JsonValue rows = Json["result"] ?? Json;
            if (rows.Kind == JsonKind.Object)
            {
                JsonValue first = null;
                foreach (KeyValuePair<string, JsonValue> member in rows.Members)
                {
                    if (first == null && member.Value.Kind == JsonKind.Array)
                    {
                        first = member.Value;
                    }
                }
                rows = first;
            }
            return List("result", rows, make);
        }
    }

    /// <summary>An answer of youme.</summary>
    public class YoumeReply : Reply
    {
        internal YoumeReply(string rawText)
            : base(rawText)
        {
        }
    }

    /// <summary>An answer of avd.</summary>
    public class AvdReply : Reply
    {
        internal AvdReply(string rawText)
            : base(rawText)
        {
        }
    }
}
