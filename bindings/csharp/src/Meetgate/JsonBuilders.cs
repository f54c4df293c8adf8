using System;
using System.Collections;
using System.Collections.Generic;

namespace Meetgate
{
    /// <summary>
    /// A JSON object in the making: <c>new JsonObject { { "action", "remind" }, { "minutes", 5 } }</c>.
    /// </summary>
    public sealed class JsonObject : IEnumerable<KeyValuePair<string, JsonValue>>
    {
        private readonly List<KeyValuePair<string, JsonValue>> members = new List<KeyValuePair<string, JsonValue>>();

        /// <summary>Adds a member at the end.</summary>
        /// <param name="name">Its name, which the object does not have yet.</param>
        /// <param name="value">Its value; null leaves it out, <see cref="JsonValue.Null"/> is the JSON <c>null</c>.</param>
        public void Add(string name, JsonValue value)
        {
            if (name == null)
            {
                throw new ArgumentNullException("name");
            }
            if (members.Exists(member => member.Key == name))
            {
                throw new ArgumentException("the object already has a member " + name, "name");
            }
            if (value != null)
            {
                members.Add(new KeyValuePair<string, JsonValue>(name, value));
            }
        }

        /// <summary>The members in their order.</summary>
        public IEnumerator<KeyValuePair<string, JsonValue>> GetEnumerator() => members.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <summary>The JSON text.</summary>
        public override string ToString() => ((JsonValue)this).ToString();

        internal IList<KeyValuePair<string, JsonValue>> Snapshot() => members.ToArray();
    }

    /// <summary>A JSON array in the making: <c>new JsonArray { "16", "49" }</c>.</summary>
    public sealed class JsonArray : IEnumerable<JsonValue>
    {
        private readonly List<JsonValue> items = new List<JsonValue>();

        /// <summary>Adds an element at the end.</summary>
        /// <param name="value">The element; null is the JSON <c>null</c>.</param>
        public void Add(JsonValue value) => items.Add(value ?? JsonValue.Null);

        /// <summary>The elements in their order.</summary>
        public IEnumerator<JsonValue> GetEnumerator() => items.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <summary>The JSON text.</summary>
        public override string ToString() => ((JsonValue)this).ToString();

        internal IList<JsonValue> Snapshot() => items.ToArray();
    }
}
