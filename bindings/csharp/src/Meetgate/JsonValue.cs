using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Meetgate
{
    /// <summary>The kind of a <see cref="JsonValue"/>.</summary>
    public enum JsonKind
    {
        /// <summary><c>null</c>.</summary>
        Null,

        /// <summary><c>true</c> or <c>false</c>.</summary>
        Boolean,

        /// <summary>A number, kept as the digits it was written with.</summary>
        Number,

        /// <summary>A text.</summary>
        String,

        /// <summary>An array.</summary>
        Array,

        /// <summary>An object.</summary>
        Object,
    }

    /// <summary>
    /// A piece of JSON that does not change: a part of an answer, or a value for a parameter whose shape the platform leaves open.
    /// </summary>
    /// <remarks>
    /// Texts, numbers, booleans, <see cref="JsonObject"/> and <see cref="JsonArray"/> convert to it by themselves. Numbers keep
    /// the digits they came with, so that nothing is rounded. Safe to read from any thread.
    /// </remarks>
    public sealed class JsonValue
    {
        private static readonly IList<JsonValue> NoItems = new JsonValue[0];
        private static readonly IList<KeyValuePair<string, JsonValue>> NoMembers = new KeyValuePair<string, JsonValue>[0];

        private readonly string text;
        private readonly IList<JsonValue> items;
        private readonly IList<KeyValuePair<string, JsonValue>> members;

        private JsonValue(
            JsonKind kind,
            string text,
            IList<JsonValue> items = null,
            IList<KeyValuePair<string, JsonValue>> members = null)
        {
            Kind = kind;
            this.text = text;
            this.items = items ?? NoItems;
            this.members = members ?? NoMembers;
        }

        /// <summary>The value <c>null</c>, where it is to be sent. A C# <c>null</c> means: left out.</summary>
        public static JsonValue Null { get; } = new JsonValue(JsonKind.Null, null);

        /// <summary>Its kind.</summary>
        public JsonKind Kind { get; }

        /// <summary>The elements of an array; empty for anything else.</summary>
        public IEnumerable<JsonValue> Items => items;

        /// <summary>The members of an object in their order; empty for anything else.</summary>
        public IEnumerable<KeyValuePair<string, JsonValue>> Members => members;

        /// <summary>How many elements an array or members an object has; 0 for anything else.</summary>
        public int Count => Kind == JsonKind.Object ? members.Count : items.Count;

        /// <summary>An element of an array.</summary>
        /// <param name="index">From 0.</param>
        public JsonValue this[int index] => items[index];

        /// <summary>A member of an object, or null where there is none. Where a name stands twice, the last one.</summary>
        /// <param name="name">The name as the platform spells it.</param>
        public JsonValue this[string name]
        {
            get
            {
                for (int i = members.Count - 1; i >= 0; i--)
                {
                    if (members[i].Key == name)
                    {
                        return members[i].Value;
                    }
                }
                return null;
            }
        }

        /// <summary>Reads JSON text.</summary>
        /// <param name="json">One JSON value.</param>
        /// <exception cref="FormatException">It is not JSON, or the runtime's reader cannot read it.</exception>
        public static JsonValue Parse(string json)
        {
            if (json == null)
            {
                throw new ArgumentNullException("json");
            }
            return JsonTextReader.Read(json);
        }

        /// <summary>A text. A C# null stays null, that is: left out.</summary>
        /// <param name="value">The text.</param>
        public static implicit operator JsonValue(string value) =>
            value == null ? null : new JsonValue(JsonKind.String, value);

        /// <summary>A boolean.</summary>
        /// <param name="value">The boolean.</param>
        public static implicit operator JsonValue(bool value) =>
            new JsonValue(JsonKind.Boolean, value ? "true" : "false");

        /// <summary>A whole number.</summary>
        /// <param name="value">The number.</param>
        public static implicit operator JsonValue(long value) =>
            new JsonValue(JsonKind.Number, value.ToString(CultureInfo.InvariantCulture));

        /// <summary>A decimal number, exact.</summary>
        /// <param name="value">The number.</param>
        public static implicit operator JsonValue(decimal value) =>
            new JsonValue(JsonKind.Number, value.ToString(CultureInfo.InvariantCulture));

        /// <summary>A binary number, with as many digits as it takes to read the same one back.</summary>
        /// <param name="value">The number; not infinite, and not NaN.</param>
        public static implicit operator JsonValue(double value)
        {
            if (double.IsNaN(value) || double.IsInfinity(value))
            {
                throw new ArgumentException("JSON has no infinite number and no NaN", "value");
            }
            string digits = value.ToString("R", CultureInfo.InvariantCulture);
            // .NET Framework's "R" is wrong for a few numbers.
            bool isExact = double.Parse(digits, CultureInfo.InvariantCulture).Equals(value);
            return new JsonValue(JsonKind.Number, isExact ? digits : value.ToString("G17", CultureInfo.InvariantCulture));
        }

        /// <summary>The members that an object has now.</summary>
        /// <param name="value">The object.</param>
        public static implicit operator JsonValue(JsonObject value) => value == null ? null : Object(value.Snapshot());

        /// <summary>The elements that an array has now.</summary>
        /// <param name="value">The array.</param>
        public static implicit operator JsonValue(JsonArray value) => value == null ? null : Array(value.Snapshot());

        /// <summary>
        /// The text of a string, the digits of a number, the word of a boolean; null for <c>null</c>.
        /// </summary>
        /// <exception cref="FormatException">It is an array or an object.</exception>
        public string AsText()
        {
            if (Kind == JsonKind.Array || Kind == JsonKind.Object)
            {
                throw Unfit("a text");
            }
            return text;
        }

        /// <summary>A whole number, also from a text that holds one; null for <c>null</c>.</summary>
        /// <exception cref="FormatException">It is something else, or does not fit into 64 bits.</exception>
        public long? AsInteger()
        {
            if (Kind == JsonKind.Null)
            {
                return null;
            }
            long whole;
            if (IsNumeric && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole))
            {
                return whole;
            }
            // 1.0 and 1e3 are whole numbers, too.
            decimal number;
            if (IsNumeric && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
                && decimal.Truncate(number) == number && number >= long.MinValue && number <= long.MaxValue)
            {
                return (long)number;
            }
            throw Unfit("a whole number of 64 bits");
        }

        /// <summary>
        /// A number, also from a text that holds one; null for <c>null</c>. Exact up to 28 digits; the digits as they came are
        /// the result of <see cref="AsText"/>.
        /// </summary>
        /// <exception cref="FormatException">It is something else, or too large.</exception>
        public decimal? AsDecimal()
        {
            if (Kind == JsonKind.Null)
            {
                return null;
            }
            decimal number;
            if (IsNumeric && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            {
                return number;
            }
            throw Unfit("a number");
        }

        /// <summary>A boolean, also from <c>0</c> and <c>1</c> and from a text that holds one; null for <c>null</c>.</summary>
        /// <exception cref="FormatException">It is something else.</exception>
        public bool? AsBoolean()
        {
            switch (Kind == JsonKind.Array || Kind == JsonKind.Object ? "" : text)
            {
                case null:
                    return null;
                case "true":
                case "1":
                    return true;
                case "false":
                case "0":
                    return false;
                default:
                    throw Unfit("a boolean");
            }
        }

        /// <summary>The JSON text, without white space.</summary>
        public override string ToString()
        {
            var json = new StringBuilder();
            JsonTextWriter.Write(json, this);
            return json.ToString();
        }

        internal static JsonValue Array(IList<JsonValue> items) => new JsonValue(JsonKind.Array, null, items: items);

        internal static JsonValue Object(IList<KeyValuePair<string, JsonValue>> members) =>
            new JsonValue(JsonKind.Object, null, members: members);

        /// <summary>A number or a boolean as it was written.</summary>
        internal static JsonValue Literal(JsonKind kind, string text) => new JsonValue(kind, text);

        private bool IsNumeric => Kind == JsonKind.Number || Kind == JsonKind.String;

        private FormatException Unfit(string wanted)
        {
            string found = ToString();
            found = found.Length <= 60 ? found : found.Substring(0, 60) + "...";
            return new FormatException("expected " + wanted + ", found " + found);
        }
    }
}
