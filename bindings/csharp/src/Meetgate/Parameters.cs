using System.Collections;
using System.Collections.Generic;
using System.Text;

namespace Meetgate
{
    /// <summary>The JSON object that goes into a call, in the order of the catalog. A member that is null is left out.</summary>
    internal sealed class Parameters : IEnumerable
    {
        private readonly StringBuilder json = new StringBuilder();
        private readonly Separator separator;

        internal Parameters()
        {
            separator = new Separator(json, '{');
        }

        internal void Add(string name, string value)
        {
            if (value != null)
            {
                Begin(name);
                JsonTextWriter.Write(json, value);
            }
        }

        internal void Add(string name, long? value) => Add(name, value == null ? null : (JsonValue)value.Value);

        internal void Add(string name, decimal? value) => Add(name, value == null ? null : (JsonValue)value.Value);

        internal void Add(string name, bool? value) => Add(name, value == null ? null : (JsonValue)value.Value);

        internal void Add(string name, JsonValue value)
        {
            if (value != null)
            {
                Begin(name);
                JsonTextWriter.Write(json, value);
            }
        }

        internal void Add(string name, NestedParameters value)
        {
            if (value != null)
            {
                Begin(name);
                json.Append(value.Parameters());
            }
        }

        internal void Add(string name, IEnumerable<string> values)
        {
            if (values == null)
            {
                return;
            }
            Begin(name);
            var elements = new Separator(json, '[');
            foreach (string value in values)
            {
                elements.Next();
                JsonTextWriter.Write(json, value ?? JsonValue.Null);
            }
            elements.End(']');
        }

        internal void Add(string name, IEnumerable<NestedParameters> values)
        {
            if (values == null)
            {
                return;
            }
            Begin(name);
            var elements = new Separator(json, '[');
            foreach (NestedParameters value in values)
            {
                elements.Next();
                json.Append(value == null ? "null" : value.Parameters().ToString());
            }
            elements.End(']');
        }

        /// <summary>The whole object as JSON text.</summary>
        public override string ToString() => json + "}";

        /// <summary>Only there so that a collection initializer may fill it.</summary>
        IEnumerator IEnumerable.GetEnumerator() => json.ToString().GetEnumerator();

        private void Begin(string name)
        {
            separator.Next();
            JsonTextWriter.Write(json, name);
            json.Append(':');
        }
    }

    /// <summary>A parameter or a configuration key that has members of its own, for example a tile of a layout. A member that is null is left out.</summary>
    public abstract class NestedParameters
    {
        internal NestedParameters()
        {
        }

        /// <summary>The JSON text that is sent.</summary>
        public override string ToString() => Parameters().ToString();

        internal abstract Parameters Parameters();
    }
}
