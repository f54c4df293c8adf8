using System;

namespace Meetgate
{
    /// <summary>The configuration of a client of one platform, with the platform named in it.</summary>
    internal static class Configuration
    {
        /// <summary>
        /// Adds the platform where it is left out. Otherwise the text stays the caller's, so that the library sees every mistake in
        /// it.
        /// </summary>
        internal static string For(string platform, string configJson)
        {
            JsonValue config = Read(configJson);
            if (config == null || config.Kind != JsonKind.Object)
            {
                return configJson;
            }
            JsonValue named = config["platform"];
            if (named == null)
            {
                string member = "\"platform\":\"" + platform + "\"" + (config.Count == 0 ? "" : ",");
                return configJson.Insert(configJson.IndexOf('{') + 1, member);
            }
            if (named.Kind == JsonKind.String && named.AsText() != platform)
            {
                throw MeetgateException.Refused(
                    MeetgateStatus.InvalidConfig,
                    "configuration key \"platform\": expected \"" + platform + "\", because this is its client, or nothing; got "
                    + named);
            }
            return configJson;
        }

        private static JsonValue Read(string configJson)
        {
            try
            {
                return configJson == null ? null : JsonValue.Parse(configJson);
            }
            catch (FormatException)
            {
                return null;
            }
        }
    }
}
