using System;
using System.Text;
using System.Threading.Tasks;

internal static class Program
{
    private static async Task Main(string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        Console.WriteLine(Rooms.Topic(arguments[0], "12345123456"));
        Console.WriteLine(await Rooms.TopicAsync(arguments[0], "12345123456"));
    }
}
