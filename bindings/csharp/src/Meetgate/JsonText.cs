using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Xml;

namespace Meetgate
{
    /// <summary>
    /// JSON text to <see cref="JsonValue"/>, over the reader that every .NET carries. It shows JSON as XML elements: the kind is
    /// an attribute <c>type</c>, a name that XML does not allow an attribute <c>item</c>, a first member <c>__type</c> an
    /// attribute as well.
    /// </summary>
    internal static class JsonTextReader
    {
        private const string FirstMember = "__type";

        /// <summary>Deeper than any answer, and shallow enough for programs that walk through a value by recursion.</summary>
        private const int DeepestNesting = 1000;

        internal static JsonValue Read(string json)
        {
            try
            {
                // A byte order mark before a text is no part of it.
                byte[] bytes = Utf8.Strict.GetBytes(json.StartsWith("\ufeff", StringComparison.Ordinal) ? json.Substring(1) : json);
                using (XmlDictionaryReader reader = JsonReaderWriterFactory.CreateJsonReader(
                    bytes, 0, bytes.Length, Utf8.Strict, XmlDictionaryReaderQuotas.Max, null))
                {
                    return Read(reader);
                }
            }
            catch (XmlException problem)
            {
                throw new FormatException("not JSON that can be read: " + problem.Message, problem);
            }
            catch (ArgumentException problem)
            {
                throw new FormatException("not JSON that can be read: " + problem.Message, problem);
            }
        }

        private static JsonValue Read(XmlReader reader)
        {
            var open = new Stack<Unfinished>();
            JsonValue root = null;
            while (reader.Read())
            {
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        if (open.Count == DeepestNesting)
                        {
                            throw new FormatException("not JSON that can be read: nested deeper than " + DeepestNesting);
                        }
                        bool isEmpty = reader.IsEmptyElement;
                        open.Push(new Unfinished(reader));
                        if (isEmpty)
                        {
                            root = Close(open);
                        }
                        break;
                    case XmlNodeType.EndElement:
                        root = Close(open);
                        break;
                    default:
                        open.Peek().Append(reader.Value);
                        break;
                }
            }
            if (root == null || open.Count > 0)
            {
                throw new FormatException("not JSON that can be read: it ends too early");
            }
            return root;
        }

        /// <summary>Finishes the innermost value and hands it to the one around it.</summary>
        private static JsonValue Close(Stack<Unfinished> open)
        {
            Unfinished finished = open.Pop();
            JsonValue value = finished.Value();
            if (open.Count > 0)
            {
                open.Peek().Add(finished.Name, value);
            }
            return value;
        }

        private sealed class Unfinished
        {
            private readonly string type;
            private readonly List<JsonValue> items = new List<JsonValue>();
            private readonly List<KeyValuePair<string, JsonValue>> members = new List<KeyValuePair<string, JsonValue>>();
            private readonly StringBuilder text = new StringBuilder();

            /// <summary>At the start of its element; moves to the end of the start tag.</summary>
            internal Unfinished(XmlReader reader)
            {
                Name = reader.LocalName;
                while (reader.MoveToNextAttribute())
                {
                    switch (reader.Name)
                    {
                        case "type":
                            type = reader.Value;
                            break;
                        case "item":
                            Name = reader.Value;
                            break;
                        case FirstMember:
                            members.Add(new KeyValuePair<string, JsonValue>(FirstMember, reader.Value));
                            break;
                    }
                }
            }

            internal string Name { get; }

            internal void Append(string part) => text.Append(part);

            internal void Add(string name, JsonValue value)
            {
                if (type == "array")
                {
                    items.Add(value);
                }
                else
                {
                    members.Add(new KeyValuePair<string, JsonValue>(name, value));
                }
            }

            internal JsonValue Value()
            {
                switch (type)
                {
                    case "object":
                        return JsonValue.Object(members.ToArray());
                    case "array":
                        return JsonValue.Array(items.ToArray());
                    case "number":
                        return JsonValue.Literal(JsonKind.Number, text.ToString());
                    case "boolean":
                        return JsonValue.Literal(JsonKind.Boolean, text.ToString());
                    case "null":
                        return JsonValue.Null;
                    default:
                        return text.ToString();
                }
            }
        }
    }

    /// <summary>Values to JSON text: no white space, nothing escaped that need not be, numbers as they are.</summary>
    internal static class JsonTextWriter
    {
        internal static void Write(StringBuilder json, JsonValue value)
        {
            switch (value.Kind)
            {
                case JsonKind.Null:
                    json.Append("null");
                    break;
                case JsonKind.String:
                    Write(json, value.AsText());
                    break;
                case JsonKind.Array:
                    Separator separator = new Separator(json, '[');
                    foreach (JsonValue item in value.Items)
                    {
                        separator.Next();
                        Write(json, item);
                    }
                    separator.End(']');
                    break;
                case JsonKind.Object:
                    separator = new Separator(json, '{');
                    foreach (KeyValuePair<string, JsonValue> member in value.Members)
                    {
                        separator.Next();
                        Write(json, member.Key);
                        json.Append(':');
                        Write(json, member.Value);
                    }
                    separator.End('}');
                    break;
                default:
                    json.Append(value.AsText());
                    break;
            }
        }

        internal static void Write(StringBuilder json, string text)
        {
            json.Append('"');
            for (int i = 0; i < text.Length; i++)
            {
                char c = text[i];
                switch (c)
                {
                    case '"':
                    case '\\':
                        json.Append('\\').Append(c);
                        break;
                    case '\n':
                        json.Append("\\n");
                        break;
                    case '\r':
                        json.Append("\\r");
                        break;
                    case '\t':
                        json.Append("\\t");
                        break;
                    default:
                        json.Append(c < ' ' || IsHalf(text, i) ? Escaped(c) : c.ToString());
                        break;
                }
            }
            json.Append('"');
        }

        /// <summary>JSON text in which each half of a surrogate pair that stands alone is an escape.</summary>
        internal static string WithHalvesEscaped(string json)
        {
            StringBuilder escaped = null;
            for (int i = 0; i < json.Length; i++)
            {
                if (IsHalf(json, i))
                {
                    escaped = escaped ?? new StringBuilder(json, 0, i, json.Length + 16);
                    escaped.Append(Escaped(json[i]));
                }
                else if (escaped != null)
                {
                    escaped.Append(json[i]);
                }
            }
            return escaped == null ? json : escaped.ToString();
        }

        private static string Escaped(char c) => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture);

        /// <summary>Half a surrogate pair is no character: UTF-8 cannot hold it, an escape can.</summary>
        private static bool IsHalf(string text, int i) => char.IsSurrogate(text[i]) && !IsPaired(text, i);

        private static bool IsPaired(string text, int i)
        {
            return char.IsHighSurrogate(text[i])
                ? i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
                : i > 0 && char.IsHighSurrogate(text[i - 1]);
        }
    }

    /// <summary>The brackets and commas of a JSON array or object.</summary>
    internal sealed class Separator
    {
        private readonly StringBuilder json;
        private bool isFirst = true;

        internal Separator(StringBuilder json, char bracket)
        {
            this.json = json;
            json.Append(bracket);
        }

        internal void Next()
        {
            if (!isFirst)
            {
                json.Append(',');
            }
            isFirst = false;
        }

        internal void End(char bracket) => json.Append(bracket);
    }
}
