using System;
using System.IO;
using System.Text;

namespace Meetgate.Tests
{
    /// <summary>
    /// Calls one operation through its generated method: driver NAME CONFIG PARAMS. Prints the status's word, a line feed, and
    /// the reply exactly as it came.
    /// </summary>
    internal static class Program
    {
        private static int Main(string[] arguments)
        {
            if (arguments.Length != 3)
            {
                Console.Error.WriteLine("usage: driver NAME CONFIG PARAMS");
                return 2;
            }
            string status;
            string text;
            using (MeetgateClient client = ByName.Client(arguments[0], arguments[1]))
            {
                try
                {
                    text = ByName.Call(client, arguments[0], arguments[2]).RawText;
                    status = "OK";
                }
                catch (MeetgateException problem)
                {
                    text = problem.Document;
                    status = problem.StatusName;
                }
            }
            byte[] bytes = new UTF8Encoding(false, true).GetBytes(status + "\n" + text);
            using (Stream output = Console.OpenStandardOutput())
            {
                output.Write(bytes, 0, bytes.Length);
            }
            return 0;
        }
    }
}
